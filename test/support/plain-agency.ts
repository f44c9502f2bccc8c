import { z } from 'zod';
import { type Agencies, createAgencies, type PlugIns } from '../../src/agencies/index.ts';
import {
  defineChannel,
  defineProvider,
  type ManifestInput,
  type QueryOutcome,
} from '../../src/contract/index.ts';
import type { Vault } from '../../src/infra/crypto/index.ts';
import type { Db } from '../../src/infra/db/index.ts';
import { createLogger } from '../../src/infra/log/index.ts';
import { createHttpClient } from '../../src/infra/outbound-http/index.ts';
import { createTcpClient } from '../../src/infra/outbound-tcp/index.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { noBillStore } from './no-bill-store.ts';

const text = { 'zh-CN': '户号', en: 'Account number' };

export const PLAIN_CONNECTION = 'plain-one';
export const PLAIN_CHANNEL = 'plain-bank';

/** A manifest that is right, on the connection `plain-one`, for tests to change. */
export function plainManifest(id: string, more: Partial<ManifestInput> = {}): ManifestInput {
  return {
    id,
    names: { 'zh-CN': `单位${id}`, en: `Agency ${id}` },
    category: 'electricity',
    regions: ['440100'],
    connection: PLAIN_CONNECTION,
    currency: 'CNY',
    capabilities: ['queryBills'],
    inputs: {
      fields: [
        {
          name: 'accountNumber',
          label: text,
          pattern: '^\\d{10}$',
          maxLength: 20,
          keyboard: 'numeric',
          help: { 'zh-CN': '在账单右上角', en: 'At the top right of the bill' },
          mismatch: { 'zh-CN': '户号是 10 位数字', en: 'An account number has 10 digits' },
        },
      ],
      groups: [['accountNumber']],
      accountField: 'accountNumber',
    },
    queryKind: 'fetch',
    billShape: 'some',
    amountRule: { kind: 'exact' },
    serviceHours: {
      timeZone: 'Asia/Shanghai',
      open: [{ weekdays: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }],
    },
    paymentLimitMinor: 1_000_000,
    postingPromiseSeconds: 60,
    cutOff: '00:00',
    ...more,
  };
}

/**
 * Agencies with one connection to an agency that speaks to nobody: it knows every account but those that begin with 4, can't answer
 * for those that begin with 5, and nobody owes it anything. `asked` holds the account numbers it was asked about. Beside
 * it, a channel that refuses everything.
 */
export async function openPlainAgencies(options: {
  db: Db;
  vault: Vault;
  clock: Clock;
}): Promise<{ agencies: Agencies; asked: string[]; plugIns: PlugIns }> {
  const asked: string[] = [];
  const plugIns: PlugIns = { providers: [plainProvider(asked)], channels: [plainChannel()] };
  const agencies = createAgencies({
    ...options,
    log: createLogger({ level: 'silent', service: 'test' }),
    httpClient: createHttpClient({ allowPrivateAddresses: true }),
    tcpClient: createTcpClient({ allowPrivateAddresses: true }),
    billStoreOf: noBillStore,
    plugIns,
  });
  const limits = { concurrency: 100, ratePerSecond: 10_000 };
  const common = { settings: {}, limits };
  await agencies.putConnection({
    connectionId: PLAIN_CONNECTION,
    plug: 'provider',
    kind: 'plain',
    ...common,
  });
  await agencies.putConnection({ connectionId: PLAIN_CHANNEL, plug: 'channel', kind: 'plain', ...common });
  return { agencies, asked, plugIns };
}

function plainProvider(asked: string[]) {
  return defineProvider({
    kind: 'plain',
    settings: z.object({}),
    operations: {
      async queryBills(_, { inputs: { accountNumber = '' } }): Promise<QueryOutcome> {
        asked.push(accountNumber);
        if (accountNumber.startsWith('4')) {
          return { kind: 'noSuchAccount', reason: { code: 'account_not_found', source: 'agency' } };
        }
        if (accountNumber.startsWith('5')) {
          return { kind: 'unavailable', reason: { code: 'agency_down', source: 'network' } };
        }
        return { kind: 'nothingDue', holder: { maskedName: '张*', maskedAddress: '天河区****' } };
      },
    },
  });
}

function plainChannel() {
  const rejected = { kind: 'rejected', reason: { code: 'refused_by_channel', source: 'channel' } } as const;
  return defineChannel({
    kind: 'plain',
    names: { 'zh-CN': '测试银行', en: 'Test bank' },
    settings: z.object({}),
    operations: {
      debit: async () => rejected,
      queryDebit: async () => rejected,
      refund: async () => rejected,
      queryRefund: async () => rejected,
      parseWebhook: async () => ({ kind: 'ignored' }),
      fetchStatement: async () => ({ kind: 'emptyDay' }),
    },
  });
}
