import type { Vault } from '../../infra/crypto/index.ts';
import type { Db } from '../../infra/db/index.ts';
import { openThreads, type Threads } from '../../infra/threads/index.ts';
import type { StatementSide } from '../intake/intake.types.ts';
import { readPiece } from '../intake/statements.repo.ts';
import { ROWS_PER_CHUNK } from '../matching/row-chunks.ts';
import { MatchingWork } from './matching-work.ts';
import type { RunProgress } from './runs.types.ts';
import type { CarriedRow, WorkResult, WorkSetup } from './work.types.ts';

type Thread = Threads<typeof import('./matching.thread.ts')>;

/** How many pieces are read ahead of the thread: enough to keep it at work, and no more memory than that. */
const PIECES_AHEAD = 4;
const TICK_MS = 500;

interface MatchingDeps {
  db: Db;
  vault: Vault;
}

/** Fewer rows are matched before a thread has started, and in less time than anybody would notice. */
const FEW_ROWS = 8_000;

/**
 * Matches many rows in a thread of its own, which ends with it: this one reads the pieces, opens them and hands them over, and stays
 * free for everything else. Rejects with an AbortError when `signal` says so.
 */
export async function matchRows(
  deps: MatchingDeps,
  given: GivenRows,
  onProgress: (progress: RunProgress) => void,
  signal: AbortSignal,
): Promise<WorkResult> {
  signal.throwIfAborted();
  const { oursRowCount, theirsRowCount } = given.setup;
  const progress: RunProgress = { phase: 'load', done: 0, total: oursRowCount + theirsRowCount };
  onProgress({ ...progress });
  // Memory that both threads have: while the one matches, the other can see how far it is.
  const steps = new Int32Array(new SharedArrayBuffer(8));
  const isSmall = progress.total + given.carried.length <= FEW_ROWS;
  const match = async () => {
    signal.throwIfAborted();
    const worker = isSmall ? workHere(given.setup) : await workInThread(given.setup, steps, signal);
    const ticking = setInterval(() => {
      if (progress.phase === 'match') [progress.done = 0, progress.total = 0] = steps;
      onProgress({ ...progress });
    }, TICK_MS);
    try {
      await feedRows(deps, given, worker, (rowCount) => {
        signal.throwIfAborted();
        progress.done += rowCount;
      });
      Object.assign(progress, { phase: 'match', done: 0, total: 0 });
      onProgress({ ...progress });
      signal.throwIfAborted();
      return await worker.finish();
    } finally {
      clearInterval(ticking);
      await worker.close();
    }
  };
  return isSmall ? match() : alone(match);
}

interface GivenRows {
  setup: WorkSetup;
  carried: readonly CarriedRow[];
}

/** What the large matchings of this process wait for: two of them at once would take twice the memory, and no less time. */
let last: Promise<unknown> = Promise.resolve();

function alone<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work);
  // Only that it has ended: what came of it is large, and the next one's not to keep.
  last = mine.then(
    () => {},
    () => {},
  );
  return mine;
}

/** Where the matching is done. */
interface Worker {
  send(message: Message): Promise<void>;
  finish(): Promise<WorkResult>;
  close(): Promise<void>;
}

function workHere(setup: WorkSetup): Worker {
  const work = new MatchingWork(setup);
  return {
    async send(message) {
      if (message.kind === 'add') work.add(message.side, message.chunk);
      else work.carry(message.chunk, message.rows);
    },
    finish: async () => work.finish(),
    close: async () => {},
  };
}

async function workInThread(setup: WorkSetup, steps: Int32Array, signal: AbortSignal): Promise<Worker> {
  const thread: Thread = openThreads(new URL('./matching.thread.ts', import.meta.url), 1);
  try {
    await thread.run('begin', { setup, steps }, { signal });
  } catch (error) {
    await thread.close();
    throw error;
  }
  return {
    send(message) {
      const options = { transfer: [message.chunk.buffer as ArrayBuffer], signal };
      if (message.kind === 'add') {
        const { side, chunk } = message;
        return thread.run('add', { side, chunk }, options);
      }
      const { chunk, rows } = message;
      return thread.run('carry', { chunk, rows }, options);
    },
    finish: () => thread.run('finish', undefined, { signal }),
    close: () => thread.close(),
  };
}

type Message =
  | { kind: 'add'; side: StatementSide; chunk: Uint8Array }
  | { kind: 'carry'; chunk: Uint8Array; rows: readonly (CarriedRow & { at: number })[] };

/** Hands all pieces over in order, and reads some ahead. */
async function feedRows(
  { db, vault }: MatchingDeps,
  { setup, carried }: GivenRows,
  worker: Worker,
  onSent: (rowCount: number) => void,
): Promise<void> {
  const underway: Promise<void>[] = [];
  let last: Promise<void> = Promise.resolve();
  const send = async (
    { statementId, chunkNo }: { statementId: string; chunkNo: number },
    make: (chunk: Uint8Array) => Message,
  ) => {
    const reading = readPiece(db, vault, statementId, chunkNo);
    const before = last;
    last = (async () => {
      const chunk = await reading;
      await before;
      await worker.send(make(chunk));
    })();
    // Both are awaited later; until then a rejection is nobody's.
    reading.catch(() => {});
    last.catch(() => {});
    underway.push(last);
    if (underway.length > PIECES_AHEAD) await underway.shift();
  };
  for (const piece of piecesOf(setup)) {
    await send(piece, (chunk) => ({ kind: 'add', side: piece.side, chunk }));
    onSent(piece.rowCount);
  }
  for (const piece of carriedByPiece(carried))
    await send(piece, (chunk) => ({ kind: 'carry', chunk, rows: piece.rows }));
  await last;
}

function* piecesOf(setup: WorkSetup) {
  for (const [side, statementId, rowCount] of [
    ['ours', setup.oursId, setup.oursRowCount],
    ['theirs', setup.theirsId, setup.theirsRowCount],
  ] as const) {
    if (statementId === null) continue;
    for (let chunkNo = 0; chunkNo * ROWS_PER_CHUNK < rowCount; chunkNo++) {
      const left = rowCount - chunkNo * ROWS_PER_CHUNK;
      yield { side, statementId, chunkNo, rowCount: Math.min(ROWS_PER_CHUNK, left) };
    }
  }
}

function carriedByPiece(carried: readonly CarriedRow[]) {
  const pieces = new Map<
    string,
    { statementId: string; chunkNo: number; rows: (CarriedRow & { at: number })[] }
  >();
  for (const row of carried) {
    const { statementId, rowNo } = row;
    const chunkNo = Math.floor(rowNo / ROWS_PER_CHUNK);
    const key = `${statementId} ${chunkNo}`;
    const piece = pieces.get(key) ?? { statementId, chunkNo, rows: [] };
    pieces.set(key, piece);
    piece.rows.push({ ...row, at: rowNo % ROWS_PER_CHUNK });
  }
  return pieces.values();
}
