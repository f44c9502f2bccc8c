import { requiredSecret, runSandbox } from '../support/run-sandbox.ts';
import { startGasAgency } from './server.ts';

/**
 * The gas company as a process: `--port N --data DIR`, and by environment GAS_AGENCY_PRIVATE_KEY (its own RSA key, base64 of
 * PKCS #8), GAS_MERCHANT_PUBLIC_KEY (the merchant's, base64 of SubjectPublicKeyInfo) and SANDBOX_CONTROL_TOKEN.
 */
await runSandbox('gas-agency', (args) =>
  startGasAgency({
    ...args,
    keys: {
      appId: 'civicpay',
      merchantPublicKey: requiredSecret('GAS_MERCHANT_PUBLIC_KEY'),
      agencyPrivateKey: requiredSecret('GAS_AGENCY_PRIVATE_KEY'),
    },
    controlToken: requiredSecret('SANDBOX_CONTROL_TOKEN'),
  }),
);
