import { against, type Bench, reported } from './support/bench.types.ts';
import { HttpCity } from './support/http-city.ts';
import { withDatabase } from './support/servers.ts';
import { slope } from './support/statistics.ts';

const PAYERS = 64;
const HALF = 5;
const WINDOWS = 1 + 2 * HALF;
const SAMPLE_EVERY_MS = 250;
const MIB = 2 ** 20;

/**
 * The server's memory while residents pay. The run is cut into eleven windows, of which the first warms caches and
 * compilers; a window's heap is the least that was seen in it, which is what is left right after a collection, and
 * its RSS the most. Flat: the least heap and the most RSS of the last five windows are at most a ninth above those of
 * the five before.
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
          const seen = await sampled(city, () => city.pay(Math.round(payments / WINDOWS)));
          const x = Math.round((window * payments) / WINDOWS);
          windows.push({ x, ...seen });
          note(`${x} payments: heap ${mib(seen.heap)} MiB, RSS ${mib(seen.rss)} MiB`);
        }
        const correct = await city.isCorrect();
        const [before, after] = [windows.slice(1, 1 + HALF), windows.slice(1 + HALF)];
        const flat = (name: string, of: (half: typeof windows) => number) =>
          against({
            name: `memory: ${name}, first half against last half of ${payments} payments`,
            value: of(before) / MIB,
            limit: of(after) / MIB,
            unit: 'MiB',
            target: 0.9,
            correct,
          });
        return [
          flat('heap', (half) => Math.min(...half.map(({ heap }) => heap))),
          flat('RSS', (half) => Math.max(...half.map(({ rss }) => rss))),
          reported({
            name: 'memory: heap grows',
            value: slope(windows.slice(1).map(({ x, heap }) => ({ x, y: heap }))),
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
