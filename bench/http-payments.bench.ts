import { type Bench, reported } from './support/bench.types.ts';
import { HttpCity, type PaidOne } from './support/http-city.ts';
import { withDatabase } from './support/servers.ts';
import { percentile, secondsOf } from './support/statistics.ts';

const PAYERS = 64;

/** Residents pay over HTTP, from the query to the posting, at sandboxes that keep books on disk. */
const bench: Bench = {
  name: 'http-payments',
  run: ({ isQuick, servers, note }) =>
    withDatabase(servers, async (databaseUrl) => {
      const count = isQuick ? 500 : 5_000;
      const city = await HttpCity.start(servers, databaseUrl, PAYERS);
      try {
        await city.pay(count / 5);
        note(`${PAYERS} residents pay ${count} bills`);
        let paid: PaidOne[] = [];
        const seconds = await secondsOf(async () => {
          paid = await city.pay(count);
        });
        const correct = await city.isCorrect();
        const share = (name: string, durationsMs: number[], of: number) =>
          reported({ name, value: percentile(durationsMs, of), unit: 'ms', correct });
        const ordered = paid.map((one) => one.orderedMs);
        const posted = paid.map((one) => one.postedMs);
        return [
          reported({
            name: 'http: payments from query to posting',
            value: paid.length / seconds,
            unit: 'payments/s',
            correct,
          }),
          share('http: an order answered, p50', ordered, 0.5),
          share('http: an order answered, p99', ordered, 0.99),
          share('http: order to seen posted, p50', posted, 0.5),
          share('http: order to seen posted, p99', posted, 0.99),
        ];
      } finally {
        await city.stop();
      }
    }),
};
export default bench;
