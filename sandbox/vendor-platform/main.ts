import { requiredSecret, runSandbox } from '../support/run-sandbox.ts';
import { startVendorPlatform } from './server.ts';

/**
 * The platform as a process: `--port N --data DIR`, and by environment VENDOR_APP_PUBLIC_KEY (the merchant's P-256 key, base64 of
 * SubjectPublicKeyInfo), VENDOR_MESSAGE_SECRET (`whsec_…`), SANDBOX_CONTROL_TOKEN, and VENDOR_WEBHOOK_URL where messages are wanted.
 */
await runSandbox('vendor-platform', (args) =>
  startVendorPlatform({
    ...args,
    keys: {
      appKey: 'civicpay',
      appPublicKey: requiredSecret('VENDOR_APP_PUBLIC_KEY'),
      messageSecret: requiredSecret('VENDOR_MESSAGE_SECRET'),
    },
    webhookUrl: process.env.VENDOR_WEBHOOK_URL,
    controlToken: requiredSecret('SANDBOX_CONTROL_TOKEN'),
  }),
);
