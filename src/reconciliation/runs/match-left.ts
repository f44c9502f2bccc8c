import { readPiece } from '../intake/pieces.repo.ts';
import type { StatementDeps } from '../intake/thread-deps.ts';
import { type Chunk, readChunk } from '../matching/chunk-format.ts';
import { currenciesOf } from '../matching/chunk-rows.ts';
import { printsOfPairs } from '../matching/digest.ts';
import type { MatchRow, SideSum } from '../matching/matching.types.ts';
import { type PairMemory, PlainPairs } from '../matching/plain-pairs.ts';
import { ChunkWriter } from '../matching/row-chunks.ts';
import { chunkCountOf, ROWS_PER_CHUNK } from '../matching/row-values.ts';
import type { GivenRows } from './match-here.ts';
import { MatchingWork } from './matching-work.ts';
import { readCarried } from './piece-reading.ts';
import { type LeftRows, leftRows } from './piece-work.ts';
import { Sums } from './sums.ts';
import type { Paired, WorkSetup } from './work.types.ts';

/** What is known when all pieces have been read. */
export interface PairedRows {
  memory: PairMemory;
  /** All pieces of our statement. */
  held: readonly Chunk[];
  /** Rows of theirs that were left when their piece passed by. */
  left: readonly LeftRows[];
  all: Paired['all'];
}

/** A matching of the rows that are in no plain pair, with the pairs put to them. */
export async function matchLeft(
  deps: StatementDeps,
  { setup, carried }: GivenRows,
  { memory, held, left, all }: PairedRows,
): Promise<MatchingWork> {
  const carriedRows = await readCarried(deps, carried);
  const pairs = new PlainPairs(memory);
  for (const { side, rowNo, statementId } of setup.held)
    if (statementId === (side === 'ours' ? setup.oursId : setup.theirsId)) pairs.takeBack(side, rowNo);
  pairs.takeBackNamed([...namesAskedFor(setup), ...carriedRows.flatMap(({ row }) => namesOf(row))]);
  const partners = pairs.partners.ours;
  const prints = printsOfPairs(partners, memory.ours.lanes, memory.theirs.lanes);
  const work = new MatchingWork(setup, { prints, partners, sums: sumsOfPairs(partners, held), all });
  const writer = new ChunkWriter();
  for (const [chunkNo, chunk] of held.entries()) {
    const rows = pairs.leftOf('ours', chunkNo);
    if (rows.length === 0) continue;
    const { chunk: own, rowNos } = leftRows(chunkNo, chunk, rows, writer);
    work.add('ours', own, rowNos);
  }
  const known = new Map(left.map((some) => [some.chunkNo, some]));
  for (let chunkNo = 0; chunkNo < chunkCountOf(setup.theirsRowCount); chunkNo++) {
    const rows = pairs.leftOf('theirs', chunkNo);
    if (rows.length === 0) continue;
    let some = known.get(chunkNo);
    // Its pairs may have been taken back since it passed by.
    if (some?.rowNos.length !== rows.length) {
      const bytes = await readPiece(deps.db, deps.vault, setup.theirsId ?? '', chunkNo);
      some = leftRows(chunkNo, readChunk(bytes), rows, writer);
    }
    work.add('theirs', some.chunk, some.rowNos);
  }
  for (const row of carriedRows) work.carry(row);
  return work;
}

/** References by which rows will be looked for: those that a later date's run holds, and those of the breaks of the run before. */
function namesAskedFor({ held, former }: WorkSetup): string[] {
  return [...held, ...former.flatMap(({ rows }) => rows)].flatMap(({ ref }) => ref ?? []);
}

function namesOf({ ref, channelRef, originalRef }: MatchRow): string[] {
  return [ref, channelRef, originalRef].filter((name) => name != null);
}

/** Both rows of a pair say the same. */
function sumsOfPairs(partners: Int32Array, held: readonly Chunk[]): SideSum[] {
  const all = new Sums<string>();
  for (const [chunkNo, chunk] of held.entries()) {
    const sums = new Sums();
    const names = currenciesOf(chunk);
    for (let row = 0; row < chunk.count; row++)
      if (partners[chunkNo * ROWS_PER_CHUNK + row] !== 0)
        sums.add(chunk.currency?.[row] ?? 0, chunk.amountMinor[row] ?? 0);
    all.addAll(sums.listed((place) => names[place] ?? ''));
  }
  return all.listed((currency) => currency);
}
