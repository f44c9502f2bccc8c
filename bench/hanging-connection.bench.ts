import { against, type Bench, type BenchOptions, type Row, reported } from './support/bench.types.ts';
import { InstantCity } from './support/instant-city.ts';
import { withDatabase } from './support/servers.ts';
import { median, secondsOf } from './support/statistics.ts';

const CONNECTIONS = 19;
const IN_FLIGHT = 200;
/** One of twenty payments is for the agency that hangs. */
const HANGING_SHARE = 1 / CONNECTIONS;

/** One of twenty agencies hangs: nobody who pays the other nineteen may notice. */
const bench: Bench = {
  name: 'hanging-connection',
  run: (options) =>
    withDatabase(options.servers, (without) =>
      withDatabase(options.servers, (beside) => measure(options, { without, beside })),
    ),
};
export default bench;

async function measure(
  { isQuick, servers, note }: BenchOptions,
  urls: Record<'without' | 'beside', string>,
): Promise<Row[]> {
  const count = isQuick ? 950 : 2_850;
  const rounds = isQuick ? 3 : 7;
  const hanging = Math.round(count * HANGING_SHARE);
  const start = (url: string) => InstantCity.start(url, servers.redisUrl, CONNECTIONS, CONNECTIONS);
  const [without, beside] = [await start(urls.without), await start(urls.beside)];
  try {
    const rates = { without: [] as number[], beside: [] as number[] };
    await without.carryBeside(count, 0, IN_FLIGHT);
    await beside.carryBeside(count, 0, IN_FLIGHT);
    for (let round = 1; round <= rounds; round++) {
      rates.without.push(count / (await secondsOf(() => without.carryBeside(count, 0, IN_FLIGHT))));
      rates.beside.push(count / (await secondsOf(() => beside.carryBeside(count, hanging, IN_FLIGHT))));
      const [alone, besideIt] = [rates.without.at(-1) ?? 0, rates.beside.at(-1) ?? 0].map(Math.round);
      note(`round ${round}: ${alone} / ${besideIt} payments/s`);
    }
    const expected = (rounds + 1) * count;
    const areRight = await Promise.all([
      without.hasPosted(expected, CONNECTIONS),
      beside.hasPosted(expected, CONNECTIONS),
    ]);
    const correct = areRight.every(Boolean) && (await beside.hasUnknown(rounds * hanging));
    return [
      against({
        name: 'hanging connection: the other nineteen beside it against without it',
        value: median(rates.beside),
        limit: median(rates.without),
        unit: 'payments/s',
        target: 0.95,
        correct,
      }),
      reported({
        name: 'hanging connection: slowest round beside it against the median without it',
        value: Math.min(...rates.beside) / median(rates.without),
        unit: 'ratio',
        correct,
      }),
    ];
  } finally {
    await without.stop();
    await beside.stop();
  }
}
