import {
  type MatchResult,
  matchingRulesSchema,
  matchSides,
  RowTable,
  TextPool,
} from '../src/reconciliation/index.ts';
import { against, type Bench, reported } from './support/bench.types.ts';
import { median } from './support/statistics.ts';

const ROUNDS = 3;
/** One payment in a hundred differs in its amount, one in a hundred is missing on the right. */
const EVERY = 100;
const MIB = 2 ** 20;

interface Columns {
  refs: string[];
  channelRefs: string[] | null;
  amountsMinor: Float64Array;
}

/**
 * Matching alone, rows in memory to result with digest and proof, against a hash join by hand: a `Map` from reference to row, one
 * pass over the other side, amounts compared, the rest counted; no channel numbers, proof or digest. Both begin with the same columns, the right side in another order.
 */
const bench: Bench = {
  name: 'matching',
  async run({ isQuick, note }) {
    const count = isQuick ? 200_000 : 1_000_000;
    const [left, right] = makeSides(count);
    const rates = { engine: [] as number[], join: [] as number[] };
    const digests = new Set<string>();
    let correct = true;
    let tableBytes = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      const startedAtMs = performance.now();
      const bytesBefore = process.memoryUsage().arrayBuffers;
      const tables = load(left, right);
      // What earlier rounds left may be collected in between: the most is what it takes.
      tableBytes = Math.max(tableBytes, process.memoryUsage().arrayBuffers - bytesBefore);
      const result = match(tables);
      const matchedAtMs = performance.now();
      const joined = joinByHand(left, right);
      const joinedAtMs = performance.now();
      rates.engine.push((2 * count * 1_000) / (matchedAtMs - startedAtMs));
      rates.join.push((2 * count * 1_000) / (joinedAtMs - matchedAtMs));
      digests.add(result.digest);
      correct &&= isRight(result, count) && joined.matched === result.matchCount && digests.size === 1;
      note(
        `round ${round}: ${Math.round(rates.engine.at(-1) ?? 0)} / ${Math.round(rates.join.at(-1) ?? 0)} rows/s`,
      );
    }
    return [
      against({
        name: `matching: ${count} × ${count} rows to result, against a hash join by hand`,
        value: median(rates.engine),
        limit: median(rates.join),
        unit: 'rows/s',
        target: 0.3,
        correct,
      }),
      reported({
        name: 'matching: both tables and their texts',
        value: tableBytes / MIB,
        unit: 'MiB',
        correct,
      }),
    ];
  },
};
export default bench;

function makeSides(count: number): [Columns, Columns] {
  const make = (isRight: boolean): Columns => {
    const side: Columns = {
      refs: [],
      channelRefs: isRight ? [] : null,
      amountsMinor: new Float64Array(count),
    };
    for (let at = 0; at < count; at++) {
      // A step without a factor in common with the count visits every payment once.
      const payment = isRight ? (at * 7_919) % count : at;
      if (isRight && payment % EVERY === EVERY / 2) continue;
      side.amountsMinor[side.refs.length] =
        ((payment * 7_919) % 100_000) + 1 + (isRight && payment % EVERY === 0 ? 1 : 0);
      side.refs.push(`pay_${Math.imul(payment, 0x9e3779b1) >>> 0}${String(payment).padStart(8, '0')}`);
      side.channelRefs?.push(`B20261121${String(at).padStart(10, '0')}`);
    }
    return side;
  };
  return [make(false), make(true)];
}

function load(left: Columns, right: Columns): [RowTable, RowTable] {
  const pool = new TextPool();
  const tables: [RowTable, RowTable] = [new RowTable(pool), new RowTable(pool)];
  for (const [side, { refs, channelRefs, amountsMinor }] of [left, right].entries()) {
    for (const [at, ref] of refs.entries()) {
      tables[side]?.add({
        line: at + 1,
        ref,
        channelRef: channelRefs?.[at],
        amountMinor: amountsMinor[at] ?? 0,
        currency: 'CNY',
        bookedOn: '2026-11-21',
      });
    }
  }
  return tables;
}

function match([left, right]: [RowTable, RowTable]): MatchResult {
  return matchSides(
    { role: 'ledger', table: left },
    { role: 'channel', table: right },
    matchingRulesSchema.parse({}),
  );
}

function joinByHand(left: Columns, right: Columns) {
  const rowByRef = new Map<string, number>();
  for (const [at, ref] of right.refs.entries()) rowByRef.set(ref, at);
  const found = { matched: 0, different: 0, leftOnly: 0, rightOnly: 0 };
  for (const [at, ref] of left.refs.entries()) {
    const row = rowByRef.get(ref);
    if (row === undefined) found.leftOnly++;
    else {
      rowByRef.delete(ref);
      if (left.amountsMinor[at] === right.amountsMinor[row]) found.matched++;
      else found.different++;
    }
  }
  found.rightOnly = rowByRef.size;
  return found;
}

function isRight({ matchCount, breaks, proof }: MatchResult, count: number): boolean {
  const counted = (name: string) => breaks.filter((each) => each.class === name).length;
  return (
    matchCount === count - (2 * count) / EVERY &&
    counted('amountOver') === count / EVERY &&
    counted('ledgerOnly') === count / EVERY &&
    breaks.length === (2 * count) / EVERY &&
    proof.left.all[0]?.rows === count &&
    proof.right.all[0]?.rows === count - count / EVERY
  );
}
