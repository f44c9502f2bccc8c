import { type CallContext, defineProvider, type StatementFetch } from '../../src/contract/index.ts';
import { chinaTimestamp, readChinaTimestamp } from '../../src/kernel/china-time.ts';
import { call, type Settings, settingsSchema } from './client.ts';
import { listAgencies } from './listings.ts';
import {
  notUnderstood,
  readReply,
  refusedOrNotUnderstood,
  toPaymentQueryOutcome,
  toPlansOutcome,
  toPostingOutcome,
  toQueryOutcome,
  toValidationOutcome,
} from './map.ts';
import { fileNotReadySchema, fileSchema } from './wire.ts';

/** Banks that carry many billers over one interface, as README.md describes it; `agencyCode` is their biller's id. */
export default defineProvider<Settings>({
  kind: 'bank-biller-channel',
  settings: settingsSchema,
  operations: {
    listAgencies,

    async queryBills(context, { agencyCode, inputs }) {
      return toQueryOutcome(await call(context, 'BILL_QUERY', { billerId: agencyCode, fields: inputs }));
    },

    async validateAccount(context, { agencyCode, inputs }) {
      return toValidationOutcome(
        await call(context, 'ACCOUNT_VERIFY', { billerId: agencyCode, fields: inputs }),
      );
    },

    async plans(context, { agencyCode, inputs }) {
      return toPlansOutcome(await call(context, 'PACKAGE_LIST', { billerId: agencyCode, fields: inputs }));
    },

    async pay(context, request) {
      const answer = await call(context, 'ORDER_PAY', {
        orderNo: request.reference,
        billerId: request.agencyCode,
        fields: request.inputs,
        queryId: request.queryReference,
        bills: request.bills.map(({ billId, amount }) => ({ billNo: billId, amount: amount.amountMinor })),
        packageId: request.planId,
        amount: request.amount.amountMinor,
        payTime: chinaTimestamp(request.debitedAtMs),
      });
      return toPostingOutcome(answer, request.reference, request.amount);
    },

    async queryPayment(context, { reference }) {
      return toPaymentQueryOutcome(await call(context, 'ORDER_QUERY', { orderNo: reference }), reference);
    },

    fetchStatement,
  },
});

async function fetchStatement(
  context: CallContext<Settings>,
  { businessDate }: { businessDate: string },
): Promise<StatementFetch> {
  const reply = readReply(await call(context, 'DAILY_FILE', { date: businessDate }));
  if (!reply.isReply) return { kind: 'unavailable', reason: reply.reason };
  const { code, data } = reply;
  if (code === 'NO_TRANSACTIONS') return { kind: 'emptyDay' };
  if (code === 'FILE_NOT_READY') {
    const notReady = fileNotReadySchema.safeParse(data);
    const availableAtMs = notReady.success ? readChinaTimestamp(notReady.data.availableTime) : undefined;
    return { kind: 'notReady', ...(availableAtMs === undefined ? {} : { availableAtMs }) };
  }
  const file = fileSchema.safeParse(data);
  if (code !== 'SUCCESS') return { kind: 'unavailable', reason: refusedOrNotUnderstood(code) };
  if (!file.success) return { kind: 'unavailable', reason: notUnderstood(code) };
  const { fileName, content } = file.data;
  return { kind: 'ready', fileName, format: 'bank-cloudpay-v2', content: Buffer.from(content, 'base64') };
}
