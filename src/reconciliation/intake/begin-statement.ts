import { type Db, type Tx, transact } from '../../infra/db/index.ts';
import { type Fence, holdFence } from '../batches/fence.ts';
import type { Statement } from './intake.types.ts';
import type { Gathered } from './pieces.ts';
import { deleteUnfinished, insertStatement, nextRevision } from './statements.repo.ts';

/** What is known of a statement before its rows. */
export type StatementOpening = Pick<
  Statement,
  'statementId' | 'side' | 'fileName' | 'format' | 'receivedBy' | 'receivedAtMs'
>;

/**
 * Begins a statement of a batch, and forgets what was begun before it and not finished. Until `finishStatement` none of its pieces
 * counts; who dies before leaves pieces that nobody ever reads. Throws DomainError `batch_taken_over`.
 */
export function beginStatement(db: Db, fence: Fence, opening: StatementOpening): Promise<Statement> {
  const { sourceId, businessDate } = fence;
  return transact(db, async (tx) => {
    await holdFence(tx, fence);
    await deleteUnfinished(tx, fence, opening.side);
    const statement: Statement = {
      ...NOTHING_KNOWN,
      ...opening,
      sourceId,
      businessDate,
      revision: await nextRevision(tx, fence, opening.side),
    };
    await insertStatement(tx, statement);
    return statement;
  });
}

/** In one transaction under the fence, what `conclude` makes of a statement whose pieces are written. Throws DomainError `batch_taken_over`. */
export function finishStatement<T>(
  db: Db,
  fence: Fence,
  { begun, gathered: { rowCount, sums } }: { begun: Statement; gathered: Gathered },
  conclude: (tx: Tx, begun: Statement) => Promise<T>,
): Promise<T> {
  return transact(db, async (tx) => {
    await holdFence(tx, fence);
    return conclude(tx, { ...begun, rowCount, content: { ...begun.content, sums } });
  });
}

const NOTHING_KNOWN = {
  revision: 0,
  status: 'loading',
  fileSha256: '',
  rowsSha256: '',
  rowCount: 0,
  sequence: null,
  content: { variant: null, encoding: null, balances: [], totals: [], sums: [] },
  findings: [],
  decidedBy: null,
  decidedAtMs: null,
  decisionReason: null,
} as const satisfies Partial<Statement>;
