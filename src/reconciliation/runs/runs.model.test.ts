import fc from 'fast-check';
import { createTestVault } from '../../../test/support/accounts.ts';
import { ReconciledSource } from '../../../test/support/reconciled-batches.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { addDays } from '../../kernel/business-date.ts';
import type { MatchRow } from '../matching/matching.types.ts';
import type { RunSummary } from './runs.types.ts';
import { verifyRun } from './verify.ts';

const FIRST = '2026-11-20';
const PAYMENTS = 6;

/** What one side has of a payment on the date that a step is about. */
const word = fc.constantFrom(
  'nothing',
  'nothing',
  'same',
  'same',
  'same',
  'less',
  'twice',
  'pending',
  'refund',
  'nearCutOff',
  'nearCutOff',
  'unreadable',
);
type Word = typeof word extends fc.Arbitrary<infer W> ? W : never;
const words = fc.array(word, { minLength: PAYMENTS, maxLength: PAYMENTS });

/** Both statements of a date, new ones; or their file is late; or the same two again. */
const step = fc.record({
  day: fc.nat(2),
  kind: fc.constantFrom('statements', 'statements', 'statements', 'statements', 'late', 'again'),
  ours: words,
  theirs: words,
});

function rowsOf(date: string, said: readonly Word[]): MatchRow[] {
  const rows: MatchRow[] = [];
  const add = (payment: number, more: Partial<MatchRow> = {}) =>
    rows.push({
      line: rows.length + 1,
      ref: `ref-${payment}`,
      amountMinor: 1_000 + payment,
      currency: 'CNY',
      bookedOn: date,
      ...more,
    });
  said.forEach((one, payment) => {
    if (one === 'same') add(payment);
    else if (one === 'less') add(payment, { amountMinor: 900 });
    else if (one === 'twice') for (let time = 0; time < 2; time++) add(payment);
    else if (one === 'pending') add(payment, { status: 'pending' });
    else if (one === 'nearCutOff') add(payment, { isNearCutOff: true });
    else if (one === 'unreadable') add(payment, { amountMinor: null });
    else if (one === 'refund')
      add(payment, {
        kind: 'refund',
        amountMinor: -(1_000 + payment),
        originalRef: `ref-${payment}`,
        ref: `back-${payment}`,
      });
  });
  return rows;
}

describeOnBothStacks('runs of days in any order, done again and revised', (stack) => {
  const vault = createTestVault();
  let count = 0;

  it('leave every row with one claim, and suspense what open breaks hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 2, maxLength: 6 }),
        fc.constantFrom('channel', 'agency'),
        async (steps, role) => {
          const { db } = stack();
          const sourceId = `model-${count++}`;
          const source = await ReconciledSource.open({ db, vault }, sourceId, { role });
          const runs = new Map<string, RunSummary>();
          for (const { day, kind, ours, theirs } of steps) {
            const date = addDays(FIRST, day);
            const before = runs.get(date);
            // A file that has come does not go away again.
            const isLate = kind === 'late' && !before?.theirsId;
            if (kind === 'again') {
              if (!before) continue;
              runs.set(date, await source.match(date, before));
            } else {
              const run = source.day(date, rowsOf(date, ours), isLate ? null : rowsOf(date, theirs));
              const done = await run.catch((error) => holdsLater(source, date, runs, error));
              runs.set(date, done);
            }
            // What another example has left behind says nothing of this one.
            const isOwn = (wrong: string) =>
              !/^suspense of model-/.test(wrong) || wrong.includes(`${sourceId} `);
            for (const [, run] of runs)
              expect((await verifyRun(db, vault, run.runId)).filter(isOwn)).toEqual([]);
          }
        },
      ),
      { numRuns: 10, endOnFailure: true },
    );
  });

  /** A revision lacks a row that a later date has: that one is matched again, and then this one. */
  async function holdsLater(
    source: ReconciledSource,
    date: string,
    runs: Map<string, RunSummary>,
    error: { code?: string; params?: { businessDate: string } },
  ): Promise<RunSummary> {
    if (error.code !== 'later_date_holds') throw error;
    const later = error.params?.businessDate ?? '';
    const known = runs.get(later);
    if (!known) throw error;
    runs.set(later, await source.match(later, known));
    const { ours_id: oursId, theirs_id: theirsId } = await stack()
      .db('reconciliation_batches')
      .where({ source_id: source.source.sourceId, business_date: date })
      .first();
    return source.match(date, { oursId, theirsId }).catch((next) => holdsLater(source, date, runs, next));
  }
});
