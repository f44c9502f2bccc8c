import { defineProvider } from '../../src/contract/index.ts';
import { layOut, takeIn } from './folder.ts';
import { type Settings, settingsSchema } from './settings.ts';

/** Agencies without a system of their own: we keep their books (`context.billStore`), and files go in and out. */
export default defineProvider<Settings>({
  kind: 'file-biller',
  settings: settingsSchema,
  operations: {
    queryBills: ({ billStore }, request) => billStore.findBills(request),
    pay: ({ billStore }, request) => billStore.post(request),
    queryPayment: ({ billStore }, { reference }) => billStore.findPosting({ reference }),
    reverse: ({ billStore }, request) => billStore.reverse(request),
    refund: ({ billStore }, request) => billStore.refund(request),
    fetchStatement: ({ billStore }, request) => billStore.advice({ ...request, format: 'csv' }),
    importBills: takeIn,
    exportAdvice: layOut,
  },
});
