import { requiredSecret, runSandbox } from '../support/run-sandbox.ts';
import { startWaterAgency } from './server.ts';

/**
 * The water company as a process: `--port N --data DIR`, and by environment WATER_AGENCY_PRIVATE_KEY (its own RSA key, base64 of
 * PKCS #8), WATER_MERCHANT_PUBLIC_KEY (the merchant's, base64 of SubjectPublicKeyInfo) and SANDBOX_CONTROL_TOKEN.
 */
await runSandbox('water-agency', (args) =>
  startWaterAgency({
    ...args,
    keys: {
      merchantId: 'civicpay',
      merchantPublicKey: requiredSecret('WATER_MERCHANT_PUBLIC_KEY'),
      agencyPrivateKey: requiredSecret('WATER_AGENCY_PRIVATE_KEY'),
    },
    controlToken: requiredSecret('SANDBOX_CONTROL_TOKEN'),
  }),
);
