import { requiredSecret, runSandbox } from '../support/run-sandbox.ts';
import { startPowerAgency } from './server.ts';

/** The power company as a process: `--port N --data DIR`, its secrets in POWER_AGENCY_APP_SECRET and SANDBOX_CONTROL_TOKEN. */
await runSandbox('power-agency', (args) =>
  startPowerAgency({
    ...args,
    merchant: { appId: 'civicpay', appSecret: requiredSecret('POWER_AGENCY_APP_SECRET') },
    controlToken: requiredSecret('SANDBOX_CONTROL_TOKEN'),
  }),
);
