import { requiredSecret, runSandbox } from '../support/run-sandbox.ts';
import { startBillerBank } from './server.ts';

/**
 * The bank as a process: `--port N --data DIR`, and by environment BILLER_BANK_PRIVATE_KEY (its own RSA key, base64 of PKCS #8),
 * BILLER_BANK_PARTNER_PUBLIC_KEY (the partner's, base64 of SubjectPublicKeyInfo) and SANDBOX_CONTROL_TOKEN.
 */
await runSandbox('bank-biller-channel', (args) =>
  startBillerBank({
    ...args,
    keys: {
      partnerId: 'civicpay',
      partnerPublicKey: requiredSecret('BILLER_BANK_PARTNER_PUBLIC_KEY'),
      bankPrivateKey: requiredSecret('BILLER_BANK_PRIVATE_KEY'),
    },
    controlToken: requiredSecret('SANDBOX_CONTROL_TOKEN'),
  }),
);
