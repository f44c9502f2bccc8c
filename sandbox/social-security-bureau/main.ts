import { requiredSecret, runSandbox } from '../support/run-sandbox.ts';
import { startSocialSecurityBureau } from './server.ts';

/**
 * The bureau as a process: `--port N --data DIR`, its secrets in SOCIAL_SECURITY_MAC_KEY and SANDBOX_CONTROL_TOKEN. Messages
 * come in at the port, and its control is served at the next one (with 0, each at any free one).
 */
await runSandbox('social-security-bureau', ({ port, dataDir }) =>
  startSocialSecurityBureau({
    port,
    controlPort: port === 0 ? 0 : port + 1,
    dataDir,
    channel: { channelId: 'civicpay', macKey: requiredSecret('SOCIAL_SECURITY_MAC_KEY') },
    controlToken: requiredSecret('SANDBOX_CONTROL_TOKEN'),
  }),
);
