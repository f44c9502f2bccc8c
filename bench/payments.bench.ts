import type { Db } from '../src/infra/db/index.ts';
import { openDb } from '../src/infra/db/index.ts';
import { balancesThatDiffer, trialBalance } from '../src/ledger/index.ts';
import { HandWritten, type SealedTexts } from './hand-written.ts';
import { against, type Bench, type BenchOptions, type Row, reported } from './support/bench.types.ts';
import { InstantCity } from './support/instant-city.ts';
import { withDatabase } from './support/servers.ts';
import { median, percentile, secondsOf } from './support/statistics.ts';

const IN_FLIGHT = 400;
const HAND_BATCH = 50;

const bench: Bench = {
  name: 'payments',
  run: (options) =>
    withDatabase(options.servers, (ours) =>
      withDatabase(options.servers, (batched) =>
        withDatabase(options.servers, (single) => measure(options, { ours, batched, single })),
      ),
    ),
};
export default bench;

/**
 * Rounds of civicpay, of the hand-written loop in batches and of the one without take turns, so that whatever else the
 * machine does hits all of them; what counts is the median of the rounds.
 */
async function measure(
  { isQuick, servers, note }: BenchOptions,
  urls: Record<'ours' | 'batched' | 'single', string>,
): Promise<Row[]> {
  const rounds = isQuick ? 3 : 7;
  const count = isQuick ? 2_000 : 6_000;
  const singleCount = isQuick ? 150 : 500;
  const city = await InstantCity.start(urls.ours, servers.redisUrl, 1);
  const rates = { ours: [] as number[], batched: [] as number[], single: [] as number[] };
  const durationsMs: number[] = [];
  try {
    await city.carry(count / 2, IN_FLIGHT);
    const sealed = await sealedTexts(city.db);
    const batched = await HandWritten.open(urls.batched, sealed);
    const single = await HandWritten.open(urls.single, sealed);
    await batched.run(count / 2, HAND_BATCH);
    await single.run(singleCount / 2, 1);
    for (let round = 1; round <= rounds; round++) {
      rates.ours.push(
        count / (await secondsOf(async () => durationsMs.push(...(await city.carry(count, IN_FLIGHT))))),
      );
      rates.batched.push(count / (await secondsOf(() => batched.run(count, HAND_BATCH))));
      rates.single.push(singleCount / (await secondsOf(() => single.run(singleCount, 1))));
      note(
        `round ${round}: ${[rates.ours, rates.batched, rates.single].map((r) => Math.round(r.at(-1) ?? 0)).join(' / ')} payments/s`,
      );
    }
    await batched.close();
    await single.close();
    const correct = await isCorrect(urls, {
      ours: count / 2 + rounds * count,
      batched: count / 2 + rounds * count,
      single: singleCount / 2 + rounds * singleCount,
    });
    const value = median(rates.ours);
    const common = { value, unit: 'payments/s', correct };
    return [
      against({
        ...common,
        name: 'payments: against batches of 50 by hand',
        limit: median(rates.batched),
        target: 0.5,
      }),
      against({
        ...common,
        name: 'payments: against one by one by hand',
        limit: median(rates.single),
        target: 4,
      }),
      reported({
        name: `payments: order to posted, p50, ${IN_FLIGHT} at once`,
        value: percentile(durationsMs, 0.5),
        unit: 'ms',
        correct,
      }),
      reported({
        name: `payments: order to posted, p99, ${IN_FLIGHT} at once`,
        value: percentile(durationsMs, 0.99),
        unit: 'ms',
        correct,
      }),
    ];
  } finally {
    await city.stop();
  }
}

/** As long as what civicpay wrote, so that the loop by hand writes no byte less. */
async function sealedTexts(db: Db): Promise<SealedTexts> {
  const payment = await db('payments').first('sealed_details', 'bills');
  const exchange = (operation: string) => db('exchanges').where({ operation }).first();
  const [debit, post] = [await exchange('debit'), await exchange('post')];
  return {
    details: payment.sealed_details,
    bills: payment.bills,
    debitRequest: debit.sealed_request,
    postRequest: post.sealed_request,
    response: debit.sealed_response,
    sha256: debit.request_sha256,
  };
}

/** The same rows of every table for each payment, the same sums, all posted, the books balanced. */
async function isCorrect(
  urls: Record<'ours' | 'batched' | 'single', string>,
  counts: Record<'ours' | 'batched' | 'single', number>,
): Promise<boolean> {
  const summaries = await Promise.all(
    (['ours', 'batched', 'single'] as const).map(async (name) => {
      const db = openDb({ url: urls[name], poolMax: 1 });
      try {
        return JSON.stringify(await summaryOf(db, counts[name]));
      } finally {
        await db.destroy();
      }
    }),
  );
  const isSame = new Set(summaries).size === 1;
  if (!isSame) console.error(`not the same rows:\n${summaries.join('\n')}`);
  return isSame;
}

const TABLES = ['payments', 'payment_steps', 'bill_claims', 'tasks', 'journals', 'entries', 'exchanges'];

/** Rows and sums for each payment, so that runs of different lengths compare. */
async function summaryOf(db: Db, payments: number): Promise<object> {
  const summary: Record<string, unknown> = {};
  for (const table of TABLES) {
    const [row] = await db(table).count({ count: '*' });
    summary[table] = Number(row?.count) / payments;
  }
  const posted = await db('payments').where({ status: 'posted', version: 3 }).count({ count: '*' });
  const bytes = await db('exchanges').sum({
    bytes: db.raw('length(sealed_request) + length(sealed_response)'),
  });
  const { balanced, currencies } = await trialBalance(db);
  return {
    ...summary,
    posted: Number(posted[0]?.count) / payments,
    exchangeBytes: Number(bytes[0]?.bytes) / payments,
    movedMinor: currencies.map(({ debitMinor }) => Number(debitMinor) / payments),
    balanced,
    differing: await balancesThatDiffer(db),
    released:
      Number((await db('bill_claims').where('released_as', 'posted').count({ count: '*' }))[0]?.count) /
      payments,
  };
}
