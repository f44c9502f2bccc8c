import { requiredSecret, runSandbox } from '../support/run-sandbox.ts';
import { startBank } from './bank.ts';

await runSandbox('sandbox-bank', (args) =>
  startBank({
    ...args,
    merchantId: 'civicpay',
    merchantKey: requiredSecret('SANDBOX_BANK_MERCHANT_KEY'),
    webhookSecret: requiredSecret('SANDBOX_BANK_WEBHOOK_SECRET'),
    controlToken: requiredSecret('SANDBOX_CONTROL_TOKEN'),
  }),
);
