import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  type Bill,
  type CallContext,
  defineChannel,
  defineProvider,
  type HttpClient,
  type ManifestInput,
  type PostingOutcome,
  type PostingRequest,
  type TcpClient,
} from '../../src/contract/index.ts';

/** An agency and a bank that answer at once, in this process: what is left to measure is civicpay itself. */

export const PROVIDER_CONNECTION = 'instant-agencies';
export const CHANNEL_CONNECTION = 'instant-bank';
export const BILL_MINOR = 12_345;

const settings = z.object({});

/** Answers at once, as long as a real answer and as sealed: what is said is kept as evidence. */
export const instantHttpClient: HttpClient = {
  send: async () => ({ kind: 'response', status: 200, headers: {}, body: ANSWER }),
};

/** The instant agencies are only asked over HTTP; being asked in another way would be a wrong result. */
export const noTcpClient: TcpClient = { exchange: neverNeeded };

const envelope = (operation: string, data: object) =>
  JSON.stringify({
    appId: 'civicpay',
    operation,
    timestamp: '2026-01-01T00:00:00Z',
    nonce: '0123456789abcdef0123456789abcdef',
    sign: createHash('sha256').update(operation).digest('hex'),
    data,
  });
const ANSWER = Buffer.from(
  envelope('answer', { result: 'SUCCESS', serial: '20260101000000000001', amountFen: BILL_MINOR }),
);

async function say(context: CallContext<unknown>, operation: string, data: object): Promise<void> {
  const url = 'http://instant.example/api';
  const headers = { 'content-type': 'application/json' };
  await context.http.send({
    method: 'POST',
    url,
    headers,
    body: envelope(operation, data),
    timeoutMs: 1_000,
  });
}

const bill: Bill = {
  billId: '202512',
  period: '2025-12',
  amountDue: { amountMinor: BILL_MINOR, currency: 'CNY' },
  dueDate: '2026-01-31',
  lines: [
    {
      kind: 'usage',
      label: { 'zh-CN': '第一档电量', en: 'First tier' },
      amount: { amountMinor: BILL_MINOR, currency: 'CNY' },
      quantity: { quantity: '208', unit: 'kWh', unitPrice: '0.5935' },
    },
  ],
};

export async function payAtOnce(
  context: CallContext<unknown>,
  { reference, inputs, amount }: PostingRequest,
): Promise<PostingOutcome> {
  await say(context, 'pay', { reference, inputs, amount });
  return {
    kind: 'accepted',
    agencyReference: `A${reference.slice(4)}`,
    postedAtMs: context.clock.nowMs(),
  };
}

export const instantProvider = defineProvider({
  kind: 'instant-agency',
  settings,
  operations: {
    async queryBills(context, request) {
      await say(context, 'query', request);
      return {
        kind: 'due',
        queryReference: 'Q1',
        holder: { maskedName: '*明', maskedAddress: '广州市****3 号' },
        bills: [bill],
      };
    },
    pay: payAtOnce,
    async queryPayment(_context, { reference }) {
      return { kind: 'accepted', agencyReference: `A${reference.slice(4)}`, postedAtMs: 0 };
    },
  },
});

export const HANGING_CONNECTION = 'hanging-agency';

/** An agency that takes every call and answers none of them until it is too late. */
export function hangingProvider(timeoutMs: number) {
  const hang = async () => {
    await new Promise((resolve) => setTimeout(resolve, timeoutMs));
    return { kind: 'unknown', reason: { code: 'no_answer', source: 'network' } } as const;
  };
  return defineProvider({
    kind: 'hanging-agency',
    settings,
    operations: { ...instantProvider.operations, pay: hang, queryPayment: hang },
  });
}

export const instantChannel = defineChannel({
  kind: 'instant-bank',
  names: { 'zh-CN': '即答银行', en: 'Instant bank' },
  settings,
  operations: {
    async debit(context, { reference, amount, subject, notifyUrl, returnUrl }) {
      await say(context, 'debit', { reference, amount, subject, notifyUrl, returnUrl });
      const debitedAtMs = context.clock.nowMs();
      return { kind: 'accepted', channelReference: `B${reference.slice(4)}`, debitedAtMs, amount };
    },
    queryDebit: neverNeeded,
    refund: neverNeeded,
    queryRefund: neverNeeded,
    parseWebhook: neverNeeded,
    fetchStatement: neverNeeded,
  },
});

/** A bank that always says yes is asked nothing else; being asked would be a wrong result. */
function neverNeeded(): never {
  throw new Error('the instant bank is only told to debit, the instant agencies over HTTP');
}

/** The manifest of one of the agencies. */
export function instantManifest(agencyId: string, connectionId = PROVIDER_CONNECTION): ManifestInput {
  const name = { 'zh-CN': `即答机构 ${agencyId}`, en: `Instant agency ${agencyId}` };
  return {
    id: agencyId,
    names: name,
    category: 'electricity',
    regions: ['440100'],
    connection: connectionId,
    currency: 'CNY',
    capabilities: ['queryBills', 'pay', 'queryPayment'],
    inputs: {
      fields: [
        {
          name: 'accountNumber',
          label: name,
          pattern: '^[0-9]{13}$',
          maxLength: 13,
          keyboard: 'numeric',
          help: name,
          mismatch: name,
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
    paymentLimitMinor: 5_000_000,
    postingPromiseSeconds: 7_200,
    cutOff: '23:00',
  };
}
