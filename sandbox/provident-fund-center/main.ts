import { requiredSecret, runSandbox } from '../support/run-sandbox.ts';
import { startProvidentFundCenter } from './server.ts';

/**
 * The provident fund center as a process: `--port N --data DIR`, and by environment PROVIDENT_FUND_PRIVATE_KEY (its own SM2 key, 32
 * bytes of hex), PROVIDENT_FUND_MERCHANT_PUBLIC_KEY (the merchant's, an uncompressed point in hex) and SANDBOX_CONTROL_TOKEN.
 */
await runSandbox('provident-fund-center', (args) =>
  startProvidentFundCenter({
    ...args,
    keys: {
      merchantNo: 'civicpay',
      merchantPublicKey: requiredSecret('PROVIDENT_FUND_MERCHANT_PUBLIC_KEY'),
      centerPrivateKey: requiredSecret('PROVIDENT_FUND_PRIVATE_KEY'),
    },
    controlToken: requiredSecret('SANDBOX_CONTROL_TOKEN'),
  }),
);
