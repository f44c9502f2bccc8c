import { against, type Bench, type BenchOptions, type Row } from './support/bench.types.ts';
import { InstantCity } from './support/instant-city.ts';
import { withDatabase } from './support/servers.ts';
import { median, secondsOf } from './support/statistics.ts';

const IN_FLIGHT = 400;
const BILLERS = 1_000;

/** Month-end at one power company: a hot account has to cost what a thousand cold ones cost. */
const bench: Bench = {
  name: 'one-biller',
  run: (options) =>
    withDatabase(options.servers, (one) =>
      withDatabase(options.servers, (many) => measure(options, { one, many })),
    ),
};
export default bench;

async function measure(
  { isQuick, servers, note }: BenchOptions,
  urls: Record<'one' | 'many', string>,
): Promise<Row[]> {
  const count = isQuick ? 2_000 : 6_000;
  const rounds = isQuick ? 3 : 7;
  const one = await InstantCity.start(urls.one, servers.redisUrl, 1);
  const many = await InstantCity.start(urls.many, servers.redisUrl, BILLERS);
  try {
    const rates = { one: [] as number[], many: [] as number[] };
    await one.carry(count / 2, IN_FLIGHT);
    await many.carry(count / 2, IN_FLIGHT);
    for (let round = 1; round <= rounds; round++) {
      rates.one.push(count / (await secondsOf(() => one.carry(count, IN_FLIGHT))));
      rates.many.push(count / (await secondsOf(() => many.carry(count, IN_FLIGHT))));
      note(
        `round ${round}: ${Math.round(rates.one.at(-1) ?? 0)} / ${Math.round(rates.many.at(-1) ?? 0)} payments/s`,
      );
    }
    const expected = count / 2 + rounds * count;
    const correct = (await one.hasPosted(expected, 1)) && (await many.hasPosted(expected, BILLERS));
    return [
      against({
        name: `one biller: all payments to it against spread over ${BILLERS}`,
        value: median(rates.one),
        limit: median(rates.many),
        unit: 'payments/s',
        target: 0.9,
        correct,
      }),
    ];
  } finally {
    await one.stop();
    await many.stop();
  }
}
