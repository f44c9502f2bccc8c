/** Nothing but Express and the bytes it is told to answer: what the API's routes are measured against. */
import type { AddressInfo } from 'node:net';
import express from 'express';

const body = process.env.BENCH_BODY ?? '';
const app = express();
app.get('/v1/bill-queries/:queryId', (_request, response) => {
  response.type('application/json').send(body);
});
const server = app.listen(0, '127.0.0.1', () => {
  process.send?.({ ready: true, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
for (const event of ['SIGTERM', 'disconnect'] as const) process.on(event, () => process.exit(0));
