import { against, type Bench, reported } from './support/bench.types.ts';
import { HttpCity } from './support/http-city.ts';
import { withDatabase } from './support/servers.ts';
import { slope } from './support/statistics.ts';

const PAYERS = 64;
const WINDOWS = 10;
const SAMPLE_EVERY_MS = 250;
const MIB = 2 ** 20;

/**
 * The server's memory while residents pay. The run is cut into ten windows; a window's heap is the least that was seen
 * in it, which is what is left right after a collection, and its RSS the most. Flat: the last window's heap and RSS
 * are at most a ninth above the second's (the first warms caches and compilers).
 */
const bench: Bench = {
  name: 'memory',
  run: ({ isQuick, servers, note }) =>
    withDatabase(servers, async (databaseUrl) => {
      const payments = isQuick ? 5_000 : 100_000;
      const city = await HttpCity.start(servers, databaseUrl, PAYERS);
      try {
        const windows: { x: number; heap: number; rss: number }[] = [];
        for (let window = 1; window <= WINDOWS; window++) {
          const seen = await sampled(city, () => city.pay(payments / WINDOWS));
          windows.push({ x: (window * payments) / WINDOWS, ...seen });
          note(
            `${(window * payments) / WINDOWS} payments: heap ${mib(seen.heap)} MiB, RSS ${mib(seen.rss)} MiB`,
          );
        }
        const correct = await city.isCorrect();
        const [, second, ...rest] = windows;
        const last = rest.at(-1);
        if (!second || !last) throw new RangeError('too few windows');
        const flat = (name: string, of: 'heap' | 'rss') =>
          against({
            name: `memory: ${name} after ${second.x} payments against after ${last.x}`,
            value: second[of] / MIB,
            limit: last[of] / MIB,
            unit: 'MiB',
            target: 0.9,
            correct,
          });
        return [
          flat('heap', 'heap'),
          flat('RSS', 'rss'),
          reported({
            name: 'memory: heap grows',
            value: slope([second, ...rest].map(({ x, heap }) => ({ x, y: heap }))),
            unit: 'bytes/payment',
            correct,
          }),
        ];
      } finally {
        await city.stop();
      }
    }),
};
export default bench;

const mib = (bytes: number) => (bytes / MIB).toFixed(0);

/** The least heap and the most RSS that were seen while something ran. */
async function sampled(city: HttpCity, work: () => Promise<unknown>): Promise<{ heap: number; rss: number }> {
  const heaps: number[] = [];
  const sizes: number[] = [];
  const look = async () => {
    const { heapBytes, rssBytes } = await city.memory();
    heaps.push(heapBytes);
    sizes.push(rssBytes);
  };
  let looking = look();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, SAMPLE_EVERY_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
    await looking;
  }
  return { heap: Math.min(...heaps), rss: Math.max(...sizes) };
}
