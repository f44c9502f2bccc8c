import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { requiredSecret, runSandbox } from '../support/run-sandbox.ts';
import { startAgency } from './server.mjs';

/** The reference agency as one of the sandboxes of a demo; its books are kept in the folder, its data are those beside it. */
await runSandbox('reference-agency', async ({ port, dataDir }) => {
  const server = await startAgency({
    port,
    data: path.join(import.meta.dirname, 'data.json'),
    books: path.join(dataDir, 'books.jsonl'),
    keyId: 'open-agency-sandbox',
    privateKey: requiredSecret('OPEN_AGENCY_PRIVATE_KEY'),
    civicpayKeys: { civicpay: requiredSecret('OPEN_AGENCY_CIVICPAY_PUBLIC_KEY') },
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
});
