import type { Vault } from '../../infra/crypto/index.ts';
import type { Db, Tx } from '../../infra/db/index.ts';
import { sha256OfFile } from '../../infra/files/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Fence } from '../batches/fence.ts';
import { FORMATS } from '../statements/detect.ts';
import { beginStatement, finishStatement } from './begin-statement.ts';
import { type FileRead, type FileReading, NOTHING_HAPPENED } from './file-pieces.ts';
import { checkGates, lastSequenceOf } from './gates.rules.ts';
import type { IntakeResult, Statement, StatementSource } from './intake.types.ts';
import type { Gathered } from './pieces.ts';
import { writeFile } from './statement-pieces.ts';
import {
  deleteStatement,
  findPrevious,
  listOfBatch,
  listWithRows,
  updateStatement,
} from './statements.repo.ts';

export interface TakeInDeps {
  db: Db;
  vault: Vault;
  clock: Clock;
}

/** A file to take in. */
export interface GivenFile {
  statementId: string;
  path: string;
  /** As whoever gave it calls it. */
  fileName: string;
  /** What the other side calls its form, if it does. */
  format?: string | undefined;
  /** Who uploaded it; null: it was fetched. */
  receivedBy: string | null;
}

type Taken = Extract<IntakeResult, { statement: Statement }>;

const NOTHING_GATHERED: Gathered = {
  rowCount: 0,
  sums: [],
  dates: { first: null, last: null, onDateCount: 0 },
};

/**
 * Reads a file into the statement of a batch, in bounded memory, and holds it to the gates. Throws DomainError `batch_taken_over`, and
 * what reading the file from the disk throws.
 */
export async function takeIn(
  deps: TakeInDeps,
  fence: Fence,
  source: StatementSource,
  file: GivenFile,
): Promise<Taken> {
  const known = await findSameFile(deps.db, fence, file.path);
  if (known) return { kind: 'seenBefore', statement: known };
  const begun = await begin(deps, fence, file);
  const read = await writeFile(deps, fence, readingOf(source, fence, file));
  const { gathered } = read;
  return finishStatement(deps.db, fence, { begun, gathered }, (tx, whole) =>
    conclude(tx, source, read, whole),
  );
}

/** Puts down that the other side says nothing happened. Throws DomainError `batch_taken_over`. */
export async function takeEmptyDay(
  deps: TakeInDeps,
  fence: Fence,
  source: StatementSource,
  statementId: string,
): Promise<Taken> {
  const begun = await begin(deps, fence, { statementId, fileName: '', receivedBy: null });
  const read = { summary: NOTHING_HAPPENED, gathered: NOTHING_GATHERED };
  return finishStatement(deps.db, fence, { begun, gathered: NOTHING_GATHERED }, async (tx, whole) => {
    const taken = await conclude(tx, source, read, whole);
    return taken.kind === 'stopped' ? taken : { ...taken, kind: 'emptyDay' };
  });
}

const begin = (
  { db, clock }: TakeInDeps,
  fence: Fence,
  { statementId, fileName, receivedBy }: Omit<GivenFile, 'path'>,
) =>
  beginStatement(db, fence, {
    statementId,
    side: 'theirs',
    fileName: plainName(fileName),
    format: null,
    receivedBy,
    receivedAtMs: clock.nowMs(),
  });

/** The last part of a path, without what no name has. */
function plainName(fileName: string): string {
  const name = fileName.split(/[\\/]/).at(-1) ?? '';
  return [...name.replace(/\p{Cc}/gu, '')].slice(0, 200).join('');
}

function readingOf(
  { settings }: StatementSource,
  { businessDate }: Fence,
  { statementId, path, format }: GivenFile,
): FileReading {
  const { isMirrored, layout } = settings;
  const named = settings.format ?? (FORMATS.includes(format ?? '') ? format : undefined);
  return { statementId, path, businessDate, isMirrored, layout, format: named };
}

/** What becomes of a file that was read: one that is there already is forgotten, and else the gates decide. */
async function conclude(
  tx: Tx,
  source: StatementSource,
  { summary, gathered }: FileRead,
  begun: Statement,
): Promise<Taken> {
  const others = (await listOfBatch(tx, begun)).filter(({ side }) => side === 'theirs');
  const { format, fileSha256, rowsSha256, variant, encoding, balances, totals } = summary;
  const findings = checkGates(summary, gathered, {
    businessDate: begun.businessDate,
    currency: source.currency,
    account: source.settings.account ?? null,
    dayRange: source.settings.matching.dateCut.days,
    hadRows: others.some(({ status, rowCount }) => status === 'accepted' && rowCount > 0),
    sameRows: await listWithRows(tx, rowsSha256, begun),
    previous: await findPrevious(tx, begun),
  });
  const isStopped = findings.some(({ severity }) => severity === 'stop');
  const statement: Statement = {
    ...begun,
    status: isStopped ? 'stopped' : 'accepted',
    format,
    fileSha256,
    rowsSha256,
    sequence: lastSequenceOf(summary)?.slice(0, 35) ?? null,
    content: { ...begun.content, variant, encoding, balances, totals },
    findings,
  };
  const same = others.findLast((other) => saysTheSame(other, statement));
  if (same) {
    await deleteStatement(tx, begun.statementId);
    return { kind: 'seenBefore', statement: same.status === 'accepted' ? holding(others, same) : same };
  }
  await updateStatement(tx, statement);
  return { kind: isStopped ? 'stopped' : 'accepted', statement };
}

/** One that was let in is the same by its rows; one that was not, only where what was wrong with it is still so. */
function saysTheSame(earlier: Statement, now: Statement): boolean {
  if (earlier.rowsSha256 !== now.rowsSha256 || earlier.format !== now.format) return false;
  if (earlier.status === 'accepted') return now.rowCount > 0 || earlier.fileSha256 === now.fileSha256;
  return (
    earlier.fileSha256 === now.fileSha256 && JSON.stringify(earlier.findings) === JSON.stringify(now.findings)
  );
}

/** An older revision that comes again takes nothing back: the newest that was let in holds. */
const holding = (others: readonly Statement[], same: Statement): Statement =>
  others.findLast(({ status }) => status === 'accepted') ?? same;

/** A file that was let in before, byte by byte, need not be read again. */
async function findSameFile(db: Db, fence: Fence, path: string): Promise<Statement | null> {
  const accepted = (await listOfBatch(db, fence)).filter(
    ({ side, status }) => side === 'theirs' && status === 'accepted',
  );
  if (accepted.length === 0) return null;
  const sha256 = await sha256OfFile(path);
  const same = accepted.find(({ fileSha256 }) => fileSha256 === sha256);
  return same ? holding(accepted, same) : null;
}
