import { defineProvider } from '../../src/contract/index.ts';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { call, type Settings, settingsSchema } from './client.ts';
import {
  toPaymentQueryOutcome,
  toPostingOutcome,
  toQueryOutcome,
  toStatementFetch,
  toValidationOutcome,
  toYuan,
} from './map.ts';

/**
 * Provident fund centers that speak the forms described in README.md: deposits into an account, and the instalments of
 * a loan. What is paid tells the two apart: an instalment is a bill, a deposit is of none.
 */
export default defineProvider<Settings>({
  kind: 'provident-fund',
  settings: settingsSchema,
  operations: {
    async validateAccount(context, { inputs }) {
      const { accountNumber = '', name = '' } = inputs;
      return toValidationOutcome(
        await call(context, 'deposit.query', { account_no: accountNumber, holder_name: name }),
      );
    },

    async queryBills(context, { inputs }) {
      return toQueryOutcome(await call(context, 'loan.query', { account_no: inputs.loanNumber ?? '' }));
    },

    async pay(context, { reference, queryReference, inputs, bills, amount, debitedAtMs }) {
      const order = { order_no: reference, pay_amt: toYuan(amount), pay_time: chinaTimestamp(debitedAtMs) };
      if (bills.length === 0) {
        const deposit = { ...order, account_no: inputs.accountNumber ?? '' };
        return toPostingOutcome(await call(context, 'deposit.pay', deposit), reference, amount);
      }
      const instalments = bills.flatMap((bill, index) => [
        [`inst_no_${index + 1}`, bill.billId],
        [`amt_${index + 1}`, toYuan(bill.amount)],
      ]);
      const repayment = {
        ...order,
        account_no: inputs.loanNumber ?? '',
        query_no: queryReference ?? '',
        count: String(bills.length),
        ...Object.fromEntries(instalments),
      };
      return toPostingOutcome(await call(context, 'loan.pay', repayment), reference, amount);
    },

    async queryPayment(context, { reference }) {
      return toPaymentQueryOutcome(await call(context, 'order.query', { order_no: reference }), reference);
    },

    async fetchStatement(context, { businessDate }) {
      const date = businessDate.replaceAll('-', '');
      return toStatementFetch(await call(context, 'file.download', { date }));
    },
  },
});
