import type { Vault } from '../../infra/crypto/index.ts';
import type { Db } from '../../infra/db/index.ts';
import { openThreads, type Threads } from '../../infra/threads/index.ts';
import type { StatementSide } from '../intake/intake.types.ts';
import { readPiece } from '../intake/statements.repo.ts';
import { ROWS_PER_CHUNK } from '../matching/row-chunks.ts';
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

/**
 * Matches in a thread of its own, which ends with it: this one reads the pieces, opens them and hands them over, and stays free for
 * everything else. `onProgress` is called at least once a second. Rejects with an AbortError when `signal` says so.
 */
export async function matchInThread(
  deps: MatchingDeps,
  { setup, carried }: { setup: WorkSetup; carried: readonly CarriedRow[] },
  onProgress: (progress: RunProgress) => void,
  signal: AbortSignal,
): Promise<WorkResult> {
  signal.throwIfAborted();
  const progress: RunProgress = { phase: 'load', done: 0, total: setup.oursRowCount + setup.theirsRowCount };
  const thread: Thread = openThreads(new URL('./matching.thread.ts', import.meta.url), 1);
  const ticking = setInterval(() => onProgress({ ...progress }), TICK_MS);
  try {
    await thread.run('begin', setup, { signal });
    const feed = new Feed(deps, thread, signal);
    for (const place of piecesOf(setup)) {
      await feed.send(place.statementId, place.chunkNo, (chunk) => ({
        kind: 'add',
        side: place.side,
        chunk,
      }));
      progress.done += place.rowCount;
    }
    for (const piece of carriedByPiece(carried))
      await feed.send(piece.statementId, piece.chunkNo, (chunk) => ({
        kind: 'carry',
        chunk,
        rows: piece.rows,
      }));
    await feed.done();
    progress.phase = 'match';
    onProgress({ ...progress });
    return await thread.run('finish', undefined, { signal });
  } finally {
    clearInterval(ticking);
    await thread.close();
  }
}

type Message =
  | { kind: 'add'; side: StatementSide; chunk: Uint8Array }
  | { kind: 'carry'; chunk: Uint8Array; rows: readonly (CarriedRow & { at: number })[] };

/** Reads pieces ahead and hands them to the thread in order. */
class Feed {
  private readonly deps: MatchingDeps;
  private readonly thread: Thread;
  private readonly signal: AbortSignal;
  private readonly underway: Promise<unknown>[] = [];
  private last: Promise<unknown> = Promise.resolve();

  constructor(deps: MatchingDeps, thread: Thread, signal: AbortSignal) {
    this.deps = deps;
    this.thread = thread;
    this.signal = signal;
  }

  /** Resolves when there is room for the next one. */
  async send(statementId: string, chunkNo: number, make: (chunk: Uint8Array) => Message): Promise<void> {
    const { db, vault } = this.deps;
    const reading = readPiece(db, vault, statementId, chunkNo);
    const before = this.last;
    this.last = (async () => {
      const chunk = await reading;
      await before;
      await this.post(make(new Uint8Array(chunk)));
    })();
    // Both are awaited later; until then a rejection is nobody's surprise.
    reading.catch(() => {});
    this.last.catch(() => {});
    this.underway.push(this.last);
    if (this.underway.length > PIECES_AHEAD) await this.underway.shift();
  }

  async done(): Promise<void> {
    await this.last;
  }

  private post(message: Message): Promise<void> {
    const options = { transfer: [message.chunk.buffer as ArrayBuffer], signal: this.signal };
    if (message.kind === 'add') {
      const { side, chunk } = message;
      return this.thread.run('add', { side, chunk }, options);
    }
    const { chunk, rows } = message;
    return this.thread.run('carry', { chunk, rows }, options);
  }
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
