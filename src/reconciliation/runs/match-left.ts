import type { StatementSide } from '../intake/intake.types.ts';
import type { StatementDeps } from '../intake/thread-deps.ts';
import { printsOfPairs } from '../matching/digest.ts';
import type { HeldPiece } from '../matching/held-pieces.ts';
import type { MatchRow, SideSum } from '../matching/matching.types.ts';
import { type PairMemory, PlainPairs } from '../matching/plain-pairs.ts';
import { chunkNosOf, ROWS_PER_CHUNK } from '../matching/row-values.ts';
import type { GivenRows } from './match-here.ts';
import { MatchingWork } from './matching-work.ts';
import { readCarried } from './piece-reading.ts';
import type { LeftRows } from './piece-work.ts';
import { Sums } from './sums.ts';
import type { Paired, WorkSetup } from './work.types.ts';

/** What is known when all pieces have been read. */
export interface PairedRows {
  memory: PairMemory;
  /** What is held of all pieces of our statement. */
  held: readonly HeldPiece[];
  /** Rows of theirs that were left when their piece passed by. */
  left: readonly LeftRows[];
  all: Paired['all'];
}

/** Rows by the number of their piece, which is none without rows; both ascend. */
export type RowsOfPieces = ReadonlyMap<number, readonly number[]>;
/** Reads rows of a statement, in order. */
export type ReadLeft = (side: StatementSide, rows: RowsOfPieces) => Promise<LeftRows[]>;

/** A matching of the rows that are in no plain pair, with the pairs put to them. */
export async function matchLeft(
  deps: StatementDeps,
  { setup, carried }: GivenRows,
  { memory, held, left, all }: PairedRows,
  readLeft: ReadLeft,
): Promise<MatchingWork> {
  const carriedRows = await readCarried(deps, carried);
  const pairs = new PlainPairs(memory);
  for (const { side, rowNo, statementId } of setup.held)
    if (statementId === (side === 'ours' ? setup.oursId : setup.theirsId)) pairs.takeBack(side, rowNo);
  pairs.takeBackNamed([...namesAskedFor(setup), ...carriedRows.flatMap(({ row }) => namesOf(row))]);
  const partners = pairs.partners.ours;
  const prints = printsOfPairs(partners, memory.prints);
  const work = new MatchingWork(setup, { prints, partners, sums: sumsOfPairs(partners, held), all });
  for (const { chunk, rowNos } of await readLeft('ours', rowsLeft(pairs, 'ours', setup.oursRowCount)))
    work.add('ours', chunk, rowNos);
  const theirs = rowsLeft(pairs, 'theirs', setup.theirsRowCount);
  const known = new Map(left.map((some) => [some.chunkNo, some]));
  // Some of their pairs may have been taken back since they passed by.
  const others = [...theirs].filter(([chunkNo, rows]) => known.get(chunkNo)?.rowNos.length !== rows.length);
  for (const some of await readLeft('theirs', new Map(others))) known.set(some.chunkNo, some);
  for (const chunkNo of theirs.keys()) {
    const some = known.get(chunkNo);
    if (some) work.add('theirs', some.chunk, some.rowNos);
  }
  for (const row of carriedRows) work.carry(row);
  return work;
}

function rowsLeft(pairs: PlainPairs, side: StatementSide, rowCount: number): RowsOfPieces {
  const rows = new Map<number, readonly number[]>();
  for (const chunkNo of chunkNosOf(rowCount)) {
    const some = pairs.leftOf(side, chunkNo);
    if (some.length > 0) rows.set(chunkNo, some);
  }
  return rows;
}

/** References by which rows will be looked for: those that a later date's run holds, and those of the breaks of the run before. */
function namesAskedFor({ held, former }: WorkSetup): string[] {
  return [...held, ...former.flatMap(({ rows }) => rows)].flatMap(({ ref }) => ref ?? []);
}

function namesOf({ ref, channelRef, originalRef }: MatchRow): string[] {
  return [ref, channelRef, originalRef].filter((name) => name != null);
}

/** Both rows of a pair say the same. */
function sumsOfPairs(partners: Int32Array, held: readonly HeldPiece[]): SideSum[] {
  const all = new Sums<string>();
  for (const [chunkNo, { count, currency, currencies, amountMinor }] of held.entries()) {
    const sums = new Sums();
    for (let row = 0; row < count; row++)
      if (partners[chunkNo * ROWS_PER_CHUNK + row] !== 0)
        sums.add(currency?.[row] ?? 0, amountMinor[row] ?? 0);
    all.addAll(sums.listed((place) => currencies[place] ?? ''));
  }
  return all.listed((currency) => currency);
}
