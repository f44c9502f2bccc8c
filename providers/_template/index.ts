import { defineProvider } from '../../src/contract/index.ts';
import { call, type Settings, settingsSchema } from './client.ts';
import { toPaymentQueryOutcome, toPostingOutcome, toQueryOutcome, toStatementFetch } from './map.ts';

/** Agencies that speak the protocol described in README.md. */
export default defineProvider<Settings>({
  kind: 'my-agency',
  settings: settingsSchema,
  operations: {
    async queryBills(context, { inputs }) {
      return toQueryOutcome(await call(context, '/bills', { accountNumber: inputs.accountNumber }));
    },

    async pay(context, { reference, inputs, queryReference, bills, amount, debitedAtMs }) {
      const answer = await call(context, '/payments', {
        reference,
        accountNumber: inputs.accountNumber,
        queryId: queryReference,
        bills: bills.map((bill) => ({ billId: bill.billId, amountFen: bill.amount.amountMinor })),
        amountFen: amount.amountMinor,
        paidAt: new Date(debitedAtMs).toISOString(),
      });
      return toPostingOutcome(answer, reference, amount);
    },

    async queryPayment(context, { reference }) {
      return toPaymentQueryOutcome(await call(context, '/payments/query', { reference }), reference);
    },

    async fetchStatement(context, { businessDate }) {
      return toStatementFetch(await call(context, '/statements', { date: businessDate }));
    },
  },
});
