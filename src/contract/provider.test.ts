import { z } from 'zod';
import {
  defineChannel,
  defineProvider,
  missingCapabilities,
  PROVIDER_CAPABILITIES,
  REASON_CODES,
  reasonSchema,
} from './index.ts';

const provider = defineProvider({
  kind: 'test',
  settings: z.object({ baseUrl: z.url() }),
  operations: {
    queryBills: async () => ({ kind: 'nothingDue' as const, holder: {} }),
    parseWebhook: async () => ({ kind: 'ignored' as const }),
  },
});

describe('a provider', () => {
  it('cannot be changed once defined', () => {
    expect(Object.isFrozen(provider)).toBe(true);
    expect(() => Object.assign(provider, { kind: 'other' })).toThrow(TypeError);
  });

  it('lacks what its manifest declares and it does not have', () => {
    expect(missingCapabilities(provider, ['queryBills'])).toEqual([]);
    expect(missingCapabilities(provider, ['queryBills', 'pay', 'slots'])).toEqual(['pay', 'slots']);
    expect(missingCapabilities(provider, [])).toEqual([]);
    expect(missingCapabilities({ operations: {} }, PROVIDER_CAPABILITIES)).toEqual([
      ...PROVIDER_CAPABILITIES,
    ]);
  });
});

describe('a channel', () => {
  it('cannot be changed once defined', () => {
    const unavailable = async () => ({
      kind: 'unknown' as const,
      reason: { code: 'no_answer' as const, source: 'network' as const },
    });
    const channel = defineChannel({
      kind: 'test',
      names: { 'zh-CN': '测试', en: 'Test' },
      settings: z.object({}),
      operations: {
        debit: unavailable,
        queryDebit: unavailable,
        refund: unavailable,
        queryRefund: unavailable,
        parseWebhook: async () => ({ kind: 'ignored' }),
        fetchStatement: async () => ({ kind: 'emptyDay' }),
      },
    });
    expect(Object.isFrozen(channel)).toBe(true);
  });
});

describe('a reason', () => {
  it('has a code of the list, a source, and little else', () => {
    for (const code of REASON_CODES)
      expect(reasonSchema.safeParse({ code, source: 'agency' }).success).toBe(true);
    expect(new Set(REASON_CODES).size).toBe(REASON_CODES.length);
    const wrong = [
      { code: 'bad_luck', source: 'agency' },
      { code: 'no_answer', source: 'stars' },
      { code: 'no_answer' },
      { code: 'no_answer', source: 'network', detail: 'x'.repeat(201) },
    ];
    for (const reason of wrong) expect(reasonSchema.safeParse(reason).success).toBe(false);
  });
});
