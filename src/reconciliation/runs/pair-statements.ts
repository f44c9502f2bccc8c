import type { VaultKeys } from '../../infra/crypto/index.ts';
import type { Db } from '../../infra/db/index.ts';
import { openThreads, type Threads } from '../../infra/threads/index.ts';
import type { SealedPiece } from '../intake/sealed-piece.ts';
import type { StatementDeps, ThreadDeps } from '../intake/thread-deps.ts';
import { type PairMemory, pairMemoryOf } from '../matching/plain-pairs.ts';
import { chunkNosOf, rowsInChunk } from '../matching/row-values.ts';
import type { GivenRows } from './match-here.ts';
import { matchLeft, type PairedRows, type ReadLeft } from './match-left.ts';
import type { MatchingWork } from './matching-work.ts';
import { sealedPiecesOf } from './piece-reading.ts';
import { PieceWork } from './piece-work.ts';
import type { SharedProgress } from './shared-progress.ts';
import { totalsOfAll } from './side-totals.ts';
import type { WorkSetup } from './work.types.ts';

/** So many pieces the other thread is given ahead: one to work on, and one to go on with. */
const AHEAD = 2;

/**
 * Pairs the rows of a batch of any size in this thread and a second one: they take in our statement together, then theirs, which is paired
 * as it passes; what is left of ours is read again. Gives the matching of what is left.
 */
export async function pairStatements(
  deps: StatementDeps,
  { keys }: ThreadDeps,
  given: GivenRows,
  progress: SharedProgress,
): Promise<MatchingWork> {
  const other: OtherThread = openThreads(new URL('./pairing.thread.ts', import.meta.url), 1);
  try {
    return await pairWith(deps, keys, given, { other, progress });
  } finally {
    await other.close();
  }
}

type OtherThread = Threads<typeof import('./pairing.thread.ts')>;

/** The same with a thread that is there. */
export async function pairWith(
  deps: StatementDeps,
  keys: VaultKeys,
  given: GivenRows,
  { other, progress }: { other: Pick<OtherThread, 'run'>; progress: SharedProgress },
): Promise<MatchingWork> {
  const { setup } = given;
  const memory = pairMemoryOf({ ours: setup.oursRowCount, theirs: setup.theirsRowCount });
  const threads = { own: new PieceWork(deps.vault, memory, setup.currency), other };
  // The other thread may still be starting: what it is asked for meanwhile waits for it, and this one goes on.
  const begun = other.run('begin', { keys, memory, currency: setup.currency });
  begun.catch(() => {});
  const paired = await pairedRows(deps.db, setup, { ...threads, memory, begun, progress });
  const readLeft: ReadLeft = async (side, rows) => {
    const statementId = (side === 'ours' ? setup.oursId : setup.theirsId) ?? '';
    const rowsOf = ({ chunkNo }: SealedPiece) => rows.get(chunkNo) ?? [];
    const left = await shareOut(
      sealedPiecesOf(deps.db, statementId, [...rows.keys()]),
      (piece) => threads.own.leave(piece, rowsOf(piece)),
      (piece) => other.run('leave', { piece, rows: rowsOf(piece) }),
    );
    return left.sort((a, b) => a.chunkNo - b.chunkNo);
  };
  return matchLeft(deps, given, paired, readLeft);
}

/** What two threads need for a pairing. */
interface PairingThreads {
  own: PieceWork;
  other: Pick<OtherThread, 'run'>;
  /** When the other one is ready. */
  begun: Promise<void>;
  memory: PairMemory;
  progress: SharedProgress;
}

async function pairedRows(
  db: Db,
  setup: WorkSetup,
  { own, other, begun, memory, progress }: PairingThreads,
): Promise<PairedRows> {
  const passed = <Passed>(
    statementId: string | null,
    rowCount: number,
    here: (piece: SealedPiece) => Passed,
    there: (piece: SealedPiece) => Promise<Passed>,
  ) => {
    const pieces = statementId === null ? [] : sealedPiecesOf(db, statementId, chunkNosOf(rowCount));
    const onDone = ({ chunkNo }: SealedPiece) => progress.addDone(rowsInChunk(chunkNo, rowCount));
    return shareOut(pieces, here, there, onDone);
  };
  const ownPieces = await passed(
    setup.oursId,
    setup.oursRowCount,
    (piece) => own.hold(piece),
    (piece) => other.run('hold', piece),
  );
  const held = ownPieces.sort((a, b) => a.chunkNo - b.chunkNo).map(({ held }) => held);
  const indexed = other.run('index', { held, part: 1 });
  own.index(held, 0);
  await Promise.all([begun, indexed]);
  const theirPieces = await passed(
    setup.theirsId,
    setup.theirsRowCount,
    (piece) => own.pair(piece),
    (piece) => other.run('pair', piece),
  );
  const all = {
    ours: totalsOfAll(ownPieces.map(({ totals }) => totals)),
    theirs: totalsOfAll(theirPieces.map(({ totals }) => totals)),
  };
  return { memory, held, left: theirPieces.flatMap(({ left }) => left ?? []), all };
}

/** Works on pieces, here and there at once; what came of them, in any order. */
async function shareOut<Done>(
  pieces: AsyncIterable<SealedPiece> | Iterable<SealedPiece>,
  here: (piece: SealedPiece) => Done,
  there: (piece: SealedPiece) => Promise<Done>,
  onDone: (piece: SealedPiece) => void = () => {},
): Promise<Done[]> {
  const done: Done[] = [];
  const away = new Set<Promise<void>>();
  const put = (piece: SealedPiece, one: Done) => {
    done.push(one);
    onDone(piece);
  };
  for await (const piece of pieces) {
    if (away.size === AHEAD) {
      put(piece, here(piece));
      continue;
    }
    const working = there(piece).then((one) => {
      away.delete(working);
      put(piece, one);
    });
    // It is awaited at the end; until then a failure is nobody's.
    working.catch(() => {});
    away.add(working);
  }
  await Promise.all(away);
  return done;
}
