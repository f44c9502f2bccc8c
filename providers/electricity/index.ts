import { type CallContext, defineProvider, type StatementFetch } from '../../src/contract/index.ts';
import { chinaTimestamp, readChinaTimestamp } from '../../src/kernel/china-time.ts';
import { call, type Settings, settingsSchema } from './client.ts';
import {
  notUnderstood,
  readReply,
  theirReason,
  toPaymentQueryOutcome,
  toPostingOutcome,
  toQueryOutcome,
  toYuan,
} from './map.ts';
import { fileNotReadySchema } from './wire.ts';

/** Power companies that speak the signed JSON protocol described in README.md. */
export default defineProvider<Settings>({
  kind: 'electricity',
  settings: settingsSchema,
  operations: {
    async queryBills(context, { inputs }) {
      return toQueryOutcome(await call(context, '/api/qryArrears', { consNo: inputs.accountNumber }));
    },

    async pay(context, request) {
      const answer = await call(context, '/api/chargePay', {
        merOrderNo: request.reference,
        qryNo: request.queryReference,
        consNo: request.inputs.accountNumber,
        payTime: chinaTimestamp(request.debitedAtMs),
        payAmt: toYuan(request.amount),
        details: request.bills.map(({ billId, amount }) => ({ rcvblNo: billId, amt: toYuan(amount) })),
      });
      return toPostingOutcome(answer, request.reference, request.amount);
    },

    async queryPayment(context, { reference }) {
      return toPaymentQueryOutcome(
        await call(context, '/api/qryCharge', { merOrderNo: reference }),
        reference,
      );
    },

    fetchStatement,
  },
});

async function fetchStatement(
  context: CallContext<Settings>,
  { businessDate }: { businessDate: string },
): Promise<StatementFetch> {
  const answer = await call(context, '/api/dailyFile', { acctDate: businessDate.replaceAll('-', '') });
  if (answer.kind !== 'answer') return { kind: 'unavailable', reason: answer.reason };
  if (answer.contentType.startsWith('text/plain')) {
    // The name is a header, which the signature does not cover: kept only when it is plainly a name.
    const isName = /^[\w-]{1,80}\.txt$/.test(answer.fileName ?? '');
    const fileName = isName && answer.fileName ? answer.fileName : `${businessDate}.txt`;
    return { kind: 'ready', fileName, format: 'gz-power-daily-v1', content: answer.body };
  }
  const reply = readReply(answer);
  if (reply?.rtnCode === '4002') return { kind: 'emptyDay' };
  if (reply?.rtnCode === '4001') {
    const notReady = fileNotReadySchema.safeParse(reply.data);
    const availableAtMs = notReady.success ? readChinaTimestamp(notReady.data.availTime) : undefined;
    return { kind: 'notReady', ...(availableAtMs === undefined ? {} : { availableAtMs }) };
  }
  const reason = reply ? theirReason('refused_by_agency', reply.rtnCode) : notUnderstood();
  return { kind: 'unavailable', reason };
}
