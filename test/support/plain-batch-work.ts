import type { Db } from '../../src/infra/db/index.ts';
import { transact } from '../../src/infra/db/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { holdFence } from '../../src/reconciliation/batches/fence.ts';
import type { BatchFlowDeps, Statement, StatementSource } from '../../src/reconciliation/index.ts';
import { insertStatement, listOfBatch } from '../../src/reconciliation/intake/statements.repo.ts';
import { matchingRulesSchema } from '../../src/reconciliation/matching/rules.ts';
import { currentRunOf, findRun, insertRun, type Run } from '../../src/reconciliation/runs/runs.repo.ts';
import type { RunInput } from '../../src/reconciliation/runs/runs.types.ts';

const NO_SUMS = { all: [], matched: [], broken: [] };

/**
 * The work of a batch without its contents: statements without rows, and a run without matches, written under the fence as the
 * real ones are. For suites about how batches are carried on.
 */
export function plainBatchWork(
  db: Db,
  sources: readonly StatementSource[],
): Pick<BatchFlowDeps, 'sources' | 'intake' | 'runs' | 'resolve' | 'settle'> & { settled: string[] } {
  const settled: string[] = [];
  const statementOf = async (key: Key, side: Statement['side']): Promise<Statement> => {
    const there = (await listOfBatch(db, key)).find((statement) => statement.side === side);
    if (there) return there;
    const statement = emptyStatement(key, side);
    await transact(db, async (tx) => {
      await holdFence(tx, key);
      await insertStatement(tx, statement);
    });
    return statement;
  };
  return {
    settled,
    sources: {
      list: async () => sources,
      get: async (sourceId) => {
        const source = sources.find((one) => one.sourceId === sourceId);
        if (!source) throw new RangeError('no such source');
        return source;
      },
    },
    intake: {
      fetch: async (fence) => ({ kind: 'emptyDay', statement: await statementOf(fence, 'theirs') }),
      makeSheet: (fence) => statementOf(fence, 'ours'),
      take: async (fence) => ({ kind: 'accepted', statement: await statementOf(fence, 'theirs') }),
    },
    runs: {
      get: async (runId) => {
        const run = await findRun(db, runId);
        if (!run) throw new RangeError('no such run');
        return run;
      },
      match: async (fence, input, onProgress) => {
        onProgress({ phase: 'match', done: 1, total: 2 });
        return transact(db, async (tx) => {
          await holdFence(tx, fence);
          const there = await currentRunOf(tx, fence);
          if (there) return there;
          const run = emptyRun(fence, input);
          await insertRun(tx, run);
          await tx('reconciliation_batches')
            .where({ source_id: run.sourceId, business_date: run.businessDate })
            .update({ run_id: run.runId });
          return run;
        });
      },
    },
    resolve: async () => {},
    settle: async ({ sourceId, businessDate }) => {
      settled.push(`${sourceId}/${businessDate}`);
    },
  };
}

interface Key {
  sourceId: string;
  businessDate: string;
  token: number;
}

function emptyStatement({ sourceId, businessDate }: Key, side: Statement['side']): Statement {
  return {
    statementId: newId('stm', Date.now(), 0),
    sourceId,
    side,
    businessDate,
    revision: 1,
    status: 'accepted',
    fileName: 'none',
    format: null,
    fileSha256: 'f'.repeat(64),
    rowsSha256: 'e'.repeat(64),
    rowCount: 0,
    sequence: null,
    content: { variant: null, encoding: null, balances: [], totals: [], sums: [] },
    findings: [],
    receivedBy: null,
    receivedAtMs: Date.now(),
    decidedBy: null,
    decidedAtMs: null,
    decisionReason: null,
  };
}

function emptyRun({ sourceId, businessDate }: Key, input: RunInput): Run {
  return {
    ...input,
    runId: newId('run', Date.now(), 0),
    sourceId,
    businessDate,
    runNo: 1,
    previousRunId: null,
    rules: matchingRulesSchema.parse({}),
    carriedBreakIds: [],
    inputsSha256: 'a'.repeat(64),
    matchCount: 0,
    breakCount: 0,
    proof: { ours: NO_SUMS, theirs: NO_SUMS },
    digest: 'd'.repeat(64),
    difference: { counts: { newlyMatched: 0, newlyBroken: 0, changed: 0, vanished: 0 }, items: [] },
    createdAtMs: Date.now(),
  };
}
