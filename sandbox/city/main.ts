import { runSandbox } from '../support/run-sandbox.ts';
import { startCity } from './city.ts';

/**
 * The other agencies of the demo city as one process: `--data DIR`, every agency on any free port. What it reports when
 * it is ready holds the secrets to connect with, and goes to its parent alone.
 */
await runSandbox('city', async ({ dataDir }) => {
  const { offers, accounts, controls, stop } = await startCity({ dataDir });
  return { toParent: { offers, accounts, controls }, stop };
});
