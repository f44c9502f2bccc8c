import fc from 'fast-check';
import { REASON_CODES } from '../../src/contract/index.ts';
import type { Answer } from './client.ts';
import {
  toPaymentQueryOutcome,
  toPaymentRequest,
  toPlansOutcome,
  toPostingOutcome,
  toQueryOutcome,
  toStatement,
  toUndoOutcome,
  toValidationOutcome,
} from './map.ts';
import { paymentRequestSchema } from './wire.ts';

const REFERENCE = 'pst_1';
const AMOUNT = { amountMinor: 1_000, currency: 'CNY' };
const undo = { reference: 'und_1', originalReference: REFERENCE, amount: AMOUNT };
const answer = (value: unknown, status = 200): Answer => ({
  kind: 'answer',
  status,
  contentType: 'application/json',
  body: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
});
const accepted = {
  outcome: 'accepted',
  reference: REFERENCE,
  agencyReference: 'A-1',
  amount: AMOUNT,
  postedAt: '2026-11-21T12:00:00+08:00',
};
const label = { 'zh-CN': '费', en: 'Fee' };
const bill = (more: object = {}) => ({
  billId: 'B-1',
  period: '2026',
  amountDue: AMOUNT,
  lines: [{ kind: 'usage', label, amount: AMOUNT }],
  ...more,
});
const due = (bills: object[]) => ({ outcome: 'due', holder: {}, bills, queryReference: 'q' });

describe('what came of a payment', () => {
  const posting = (value: unknown, status?: number) =>
    toPostingOutcome(answer(value, status), REFERENCE, AMOUNT);

  it('is accepted for this very reference and amount, and unknown otherwise', () => {
    const postedAtMs = Date.parse('2026-11-21T04:00:00Z');
    expect(posting(accepted)).toEqual({ kind: 'accepted', agencyReference: 'A-1', postedAtMs });
    for (const other of [
      { reference: 'pst_2' },
      { amount: { ...AMOUNT, amountMinor: 999 } },
      { amount: { ...AMOUNT, currency: 'USD' } },
      { amount: { ...AMOUNT, amountMinor: 1_000.5 } },
      { postedAt: 'yesterday' },
    ]) {
      expect(posting({ ...accepted, ...other })).toMatchObject({ kind: 'unknown' });
    }
  });

  it('carries what the resident still needs', () => {
    const fulfilment = { kind: 'token', token: '1234' };
    expect(posting({ ...accepted, fulfilment })).toMatchObject({ fulfilment });
  });

  it('is not attempted only when it was not sent, or they said so', () => {
    const reason = { code: 'agency_down', source: 'network' } as const;
    expect(toPostingOutcome({ kind: 'notSent', reason }, REFERENCE, AMOUNT).kind).toBe('notAttempted');
    expect(toPostingOutcome({ kind: 'unknown', reason }, REFERENCE, AMOUNT).kind).toBe('unknown');
    expect(posting({ fault: 'outOfTime' }, 401)).toMatchObject({
      kind: 'notAttempted',
      reason: { code: 'refused_by_agency', detail: 'HTTP status 401' },
    });
    expect(posting({ outcome: 'notAttempted', retryAt: '2026-11-22T06:00:00+08:00' })).toMatchObject({
      kind: 'notAttempted',
      retryAtMs: Date.parse('2026-11-21T22:00:00Z'),
    });
    for (const status of [201, 302, 500, 503]) expect(posting(accepted, status).kind).toBe('unknown');
  });

  it('asked for by reference is unknown whenever they could not be asked', () => {
    const reason = { code: 'agency_down', source: 'network' } as const;
    expect(toPaymentQueryOutcome({ kind: 'notSent', reason }, REFERENCE)).toEqual({
      kind: 'unknown',
      reason,
    });
    expect(toPaymentQueryOutcome(answer({ fault: 'keyUnknown' }, 401), REFERENCE).kind).toBe('unknown');
    expect(toPaymentQueryOutcome(answer(accepted), REFERENCE).kind).toBe('accepted');
    expect(toPaymentQueryOutcome(answer({ outcome: 'duplicate' }), REFERENCE)).toEqual({ kind: 'duplicate' });
  });

  it('never throws, and is unknown for whatever is not in the protocol', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(toPostingOutcome(answer(text), REFERENCE, AMOUNT).kind).toBe('unknown');
        expect(toUndoOutcome(answer(text), undo).kind).toBe('unknown');
        for (const read of [toQueryOutcome, toValidationOutcome, toPlansOutcome]) {
          expect(read(answer(text)).kind).toBe('unavailable');
        }
        expect(toStatement(answer(text), '2026-11-21').kind).toBe('unavailable');
      }),
    );
  });
});

describe('what came of undoing', () => {
  it('is accepted for this very reference and amount, and unknown otherwise', () => {
    const undone = { ...accepted, reference: 'und_1', undoneAt: '2026-11-21T04:00:00Z' };
    expect(toUndoOutcome(answer(undone), undo)).toMatchObject({ kind: 'accepted', agencyReference: 'A-1' });
    expect(toUndoOutcome(answer({ ...undone, reference: REFERENCE }), undo).kind).toBe('unknown');
    expect(toUndoOutcome(answer({ ...undone, amount: { ...AMOUNT, amountMinor: 1 } }), undo).kind).toBe(
      'unknown',
    );
  });
});

describe('bills', () => {
  it.each([
    ['lines that do not add up', [bill({ amountDue: { ...AMOUNT, amountMinor: 999 } })]],
    ['one id twice', [bill(), bill()]],
    ['two currencies', [bill(), bill({ billId: 'B-2', amountDue: { ...AMOUNT, currency: 'USD' } })]],
    [
      'a sum of nothing',
      [
        bill({
          amountDue: { ...AMOUNT, amountMinor: 0 },
          lines: [{ kind: 'usage', label, amount: { ...AMOUNT, amountMinor: 0 } }],
        }),
      ],
    ],
    [
      'an option of another currency',
      [bill({ amountOptions: [{ kind: 'late', amount: { ...AMOUNT, currency: 'USD' } }] })],
    ],
    [
      'lines beyond what can be added',
      [
        bill({
          lines: [1, 2].map(() => ({
            kind: 'usage',
            label,
            amount: { ...AMOUNT, amountMinor: Number.MAX_SAFE_INTEGER },
          })),
        }),
      ],
    ],
  ])('with %s are shown to nobody', (_, bills) => {
    expect(toQueryOutcome(answer(due(bills)))).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'answer_not_understood' },
    });
  });

  it('keep a rebate, the options and what is new to nobody', () => {
    const lines = [
      { kind: 'usage', label, amount: { ...AMOUNT, amountMinor: 1_100 } },
      { kind: 'rebate', label, amount: { ...AMOUNT, amountMinor: -100 } },
    ];
    const amountOptions = [{ kind: 'onTime', amount: AMOUNT, from: '2026-11-01' }];
    const outcome = toQueryOutcome(answer(due([bill({ lines, amountOptions, later: 1 })])));
    expect(outcome).toMatchObject({ kind: 'due', bills: [{ lines, amountOptions }] });
  });
});

describe('whose account it is', () => {
  it('is masked here, should they once forget', () => {
    const holder = { maskedName: '欧阳小明', maskedAddress: '广州市海珠区新港西路135号' };
    expect(toValidationOutcome(answer({ outcome: 'valid', holder }))).toMatchObject({
      holder: { maskedName: '欧***', maskedAddress: '广州市海珠区***' },
    });
  });
});

describe('a reason', () => {
  const reasonOf = (reason: object) => {
    const outcome = toPostingOutcome(answer({ outcome: 'rejected', reason }), REFERENCE, AMOUNT);
    return outcome.kind === 'rejected' ? outcome.reason : null;
  };

  it('of the list is kept; another is told as a refusal, with theirs as the detail', () => {
    for (const code of REASON_CODES) expect(reasonOf({ code })).toEqual({ code, source: 'agency' });
    expect(reasonOf({ code: 'moon_phase' })).toEqual({
      code: 'refused_by_agency',
      source: 'agency',
      detail: 'moon_phase',
    });
  });

  it('keeps a short code of theirs, and nothing that may be about a person', () => {
    expect(reasonOf({ code: 'account_blocked', detail: 'E-2002' })).toMatchObject({ detail: 'E-2002' });
    for (const detail of ['户主赵小明欠费', '13800138000', 'account 0812345678901', 'x'.repeat(65)]) {
      expect(reasonOf({ code: 'account_blocked', detail })).not.toHaveProperty('detail');
    }
  });
});

describe('a payment as it travels', () => {
  it('is what the published schema says, with everything that the platform tells', () => {
    const request = toPaymentRequest({
      reference: REFERENCE,
      agencyCode: 'heating',
      inputs: { accountNumber: 'H0000001' },
      queryReference: 'q',
      bills: [{ billId: 'B-1', amount: AMOUNT, charges: [{ kind: 'usage', amount: AMOUNT }] }],
      credit: AMOUNT,
      planId: 'p',
      amount: AMOUNT,
      payer: { name: '李小明' },
      debitedAtMs: 0,
    });
    expect(paymentRequestSchema.parse(request)).toEqual(request);
    expect(request).toMatchObject({
      debitedAt: '1970-01-01T00:00:00.000Z',
      credit: AMOUNT,
      payer: { name: '李小明' },
    });
  });
});
