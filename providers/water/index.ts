import { defineProvider } from '../../src/contract/index.ts';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { call, type Settings, settingsSchema } from './client.ts';
import {
  toPaymentQueryOutcome,
  toPostingOutcome,
  toQueryOutcome,
  toStatement,
  toUndoOutcome,
  toYuan,
} from './map.ts';

/** Water companies that speak the signed XML protocol described in README.md. */
export default defineProvider<Settings>({
  kind: 'water',
  settings: settingsSchema,
  operations: {
    async queryBills(context, { inputs: { accountNumber = '' } }) {
      return toQueryOutcome(await call(context, 'WT1001', { AccountNo: accountNumber }), accountNumber);
    },

    async pay(context, request) {
      const answer = await call(context, 'WT2001', {
        OrderNo: request.reference,
        QueryNo: request.queryReference ?? '',
        AccountNo: request.inputs.accountNumber ?? '',
        PayTime: chinaTimestamp(request.debitedAtMs),
        PayAmt: toYuan(request.amount),
        Bill: request.bills.map(({ billId, amount }) => ({ BillNo: billId, Amt: toYuan(amount) })),
      });
      return toPostingOutcome(answer, request.reference, request.amount);
    },

    async queryPayment(context, { reference }) {
      return toPaymentQueryOutcome(await call(context, 'WT2002', { OrderNo: reference }), reference);
    },

    async reverse(context, request) {
      const { reference, originalReference, amount } = request;
      const body = { OrderNo: reference, OrigOrderNo: originalReference, Amt: toYuan(amount) };
      return toUndoOutcome(await call(context, 'WT3001', body), request);
    },

    async refund(context, request) {
      const { reference, originalReference, amount } = request;
      const body = { OrderNo: reference, OrigOrderNo: originalReference, Amt: toYuan(amount) };
      return toUndoOutcome(await call(context, 'WT3002', body), request);
    },

    async fetchStatement(context, { businessDate }) {
      return toStatement(await call(context, 'WT4001', { AcctDate: businessDate.replaceAll('-', '') }));
    },
  },
});
