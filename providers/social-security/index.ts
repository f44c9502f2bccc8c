import { defineProvider } from '../../src/contract/index.ts';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { writeFixed } from '../../src/kernel/fixed-width.ts';
import { call, type Settings, settingsSchema } from './client.ts';
import {
  toPaymentQueryOutcome,
  toPostingOutcome,
  toQueryOutcome,
  toReversalOutcome,
  toStatementFetch,
} from './map.ts';
import { DAILY_FILE, PAY, PAY_ITEM, QUERY, QUERY_PAYMENT, REVERSE } from './wire.ts';

/** Social security bureaus that speak the fixed-length messages described in README.md. */
export default defineProvider<Settings>({
  kind: 'social-security',
  settings: settingsSchema,
  operations: {
    async queryBills(context, { inputs }) {
      const { identityNumber = '', name = '', grade = '' } = inputs;
      return toQueryOutcome(await call(context, '1101', writeFixed(QUERY, { identityNumber, name, grade })));
    },

    async pay(context, { reference, queryReference, inputs, bills, amount, debitedAtMs }) {
      const head = writeFixed(PAY, {
        reference,
        queryNo: queryReference ?? '',
        identityNumber: inputs.identityNumber ?? '',
        grade: inputs.grade ?? '',
        payTime: chinaTimestamp(debitedAtMs),
        total: amount.amountMinor,
        count: bills.length,
      });
      const items = bills.map((bill) =>
        writeFixed(PAY_ITEM, { voucherNo: bill.billId, amount: bill.amount.amountMinor }),
      );
      return toPostingOutcome(
        await call(context, '1201', Buffer.concat([head, ...items])),
        reference,
        amount,
      );
    },

    async queryPayment(context, { reference }) {
      return toPaymentQueryOutcome(
        await call(context, '1202', writeFixed(QUERY_PAYMENT, { reference })),
        reference,
      );
    },

    async reverse(context, request) {
      const { reference, originalReference, amount } = request;
      const body = writeFixed(REVERSE, { reference, originalReference, amount: amount.amountMinor });
      return toReversalOutcome(await call(context, '1203', body), request);
    },

    async fetchStatement(context, { businessDate }) {
      const body = writeFixed(DAILY_FILE, { date: businessDate.replaceAll('-', '') });
      return toStatementFetch(await call(context, '1301', body));
    },
  },
});
