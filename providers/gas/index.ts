import { defineProvider, type UndoRequest } from '../../src/contract/index.ts';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { call, type Settings, settingsSchema } from './client.ts';
import { toPlansOutcome, toQueryOutcome } from './map.bills.ts';
import {
  toPart,
  toPaymentQueryOutcome,
  toPostingOutcome,
  toStatement,
  toUndoOutcome,
  toYuan,
} from './map.ts';

/** Gas companies that speak the protocol of signed forms described in README.md: bills of pipelines, and prepaid meters. */
export default defineProvider<Settings>({
  kind: 'gas',
  settings: settingsSchema,
  operations: {
    async queryBills(context, { inputs: { accountNumber = '' } }) {
      return toQueryOutcome(
        await call(context, 'gas.bill.query', { account_no: accountNumber }),
        accountNumber,
      );
    },

    async plans(context, { inputs: { accountNumber = '' } }) {
      return toPlansOutcome(
        await call(context, 'gas.plan.query', { account_no: accountNumber }),
        accountNumber,
      );
    },

    async pay(context, request) {
      const { reference, queryReference, inputs, amount, bills, planId } = request;
      const answer = await call(context, 'gas.pay', {
        order_no: reference,
        query_no: queryReference,
        account_no: inputs.accountNumber,
        pay_time: chinaTimestamp(request.debitedAtMs),
        pay_amount: toYuan(amount),
        ...(planId === undefined ? { bills: bills.map(toPart) } : { plan_id: planId }),
      });
      return toPostingOutcome(answer, request);
    },

    async queryPayment(context, { reference }) {
      return toPaymentQueryOutcome(await call(context, 'gas.pay.query', { order_no: reference }), reference);
    },

    async reverse(context, request) {
      return toUndoOutcome(await call(context, 'gas.reverse', toUndoing(request)), request);
    },

    async refund(context, request) {
      return toUndoOutcome(await call(context, 'gas.refund', toUndoing(request)), request);
    },

    async fetchStatement(context, { businessDate }) {
      return toStatement(await call(context, 'gas.file', { date: businessDate.replaceAll('-', '') }));
    },
  },
});

function toUndoing({ reference, originalReference, amount }: UndoRequest): object {
  return { order_no: reference, orig_order_no: originalReference, amount: toYuan(amount) };
}
