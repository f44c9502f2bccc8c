import fc from 'fast-check';
import { createTestVault } from '../../../test/support/accounts.ts';
import { ReconciledSource } from '../../../test/support/reconciled-batches.ts';
import { describeOnStack } from '../../../test/support/stacks.ts';
import { keysOfVault } from '../../infra/crypto/index.ts';
import type { StatementSide } from '../intake/intake.types.ts';
import type { MatchRow } from '../matching/matching.types.ts';
import { matchingRulesSchema } from '../matching/rules.ts';
import { matchHere } from './match-here.ts';
import { pairWith } from './pair-statements.ts';
import { begin, hold, index, leave, pair } from './pairing.thread.ts';
import { SharedProgress } from './shared-progress.ts';
import type { HeldRow, WorkSetup } from './work.types.ts';

const tasks = { begin, hold, index, leave, pair };
const DATE = '2026-11-21';

/** Few texts and amounts: most rows have to do with others. */
const name = fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), { freq: 4 });
const other = fc.option(fc.constantFrom('a', 'b', 'x', 'y', '客户'), { freq: 1, nil: undefined });
const row: fc.Arbitrary<Omit<MatchRow, 'line'>> = fc.record({
  ref: name,
  channelRef: other,
  originalRef: other,
  batch: fc.option(fc.constantFrom('b1', 'b2'), { freq: 1, nil: undefined }),
  text: fc.option(fc.constantFrom('水费', '电费'), { freq: 1, nil: undefined }),
  amountMinor: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(100, 100, 200, -100) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  feeMinor: fc.constantFrom(0, 0, 0, 1),
  currency: fc.constantFrom('CNY', 'CNY', 'CNY', 'USD'),
  bookedOn: fc.constantFrom(DATE, DATE, DATE, '2026-11-22', null),
  status: fc.constantFrom('final', 'final', 'final', 'pending', 'failed'),
  kind: fc.constantFrom('payment', 'payment', 'payment', 'refund', 'settlement'),
  isNearCutOff: fc.boolean(),
});
/** On both sides alike, but for what one of them lacks or says otherwise. */
const rows = fc.array(
  fc.tuple(row, row, fc.constantFrom('both', 'both', 'both', 'ours', 'theirs', 'differ')),
  {
    maxLength: 14,
  },
);

describeOnStack('mysql', 'pairing before matching', (stack) => {
  const vault = createTestVault();
  let count = 0;

  it('comes to what matching all rows in tables comes to', async () => {
    const { db } = stack();
    const keys = keysOfVault(vault);
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.array(row, { minLength: 3, maxLength: 3 }),
        fc.array(fc.tuple(fc.constantFrom('ours', 'theirs'), fc.nat(13)), { maxLength: 2 }),
        fc.constantFrom('channel', 'agency'),
        async (said, earlier, heldAt, role) => {
          const source = await ReconciledSource.open({ db, vault }, `pairing-${count++}`, { role });
          const fence = await source.claim(DATE);
          const sides: Record<StatementSide, MatchRow[]> = { ours: [], theirs: [] };
          const add = (side: StatementSide, one: Omit<MatchRow, 'line'>) =>
            sides[side].push({ ...one, line: sides[side].length + 1 });
          for (const [one, another, where] of said) {
            if (where !== 'theirs') add('ours', one);
            if (where !== 'ours') add('theirs', where === 'differ' ? another : one);
          }
          const oursId = await source.write(fence, 'ours', sides.ours);
          const theirsId = await source.write(fence, 'theirs', sides.theirs.reverse());
          const before = await source.claim('2026-11-20');
          const earlierId = await source.write(
            before,
            'ours',
            earlier.map((one, at) => ({ ...one, line: at + 1 })),
          );
          const held = heldAt.flatMap(([side, rowNo], at): HeldRow[] => {
            const of = sides[side][rowNo];
            if (!of) return [];
            const statementId = side === 'ours' ? oursId : theirsId;
            return [{ ...{ statementId, rowNo, side, ref: of.ref }, ...heldBy(at) }];
          });
          const setup: WorkSetup = {
            ...{ sourceId: source.source.sourceId, role, currency: 'CNY', businessDate: DATE },
            rules: matchingRulesSchema.parse({}),
            ...{ oursId, oursRowCount: sides.ours.length, theirsId, theirsRowCount: sides.theirs.length },
            held,
            former: [
              {
                breakId: 'brk_former',
                fingerprint: 'gone',
                rows: ['a', 'b', null].map((ref) => ({
                  statementId: 'stm_before',
                  rowNo: 0,
                  side: 'ours',
                  ref,
                })),
              },
            ],
          };
          const carried = [0, 2].map((rowNo) => ({
            ...{ statementId: earlierId, rowNo, breakId: `brk_${rowNo}`, side: 'ours' as const },
          }));
          const given = { setup, carried };
          const whole = await outcome(async () => matchHere({ db, vault }, given, () => {}));
          // The functions of a thread's module, here in this one.
          const other = {
            run: async (task: keyof typeof tasks, input: never) => tasks[task](input),
          } as never;
          const progress = new SharedProgress();
          const paired = await outcome(async () =>
            (await pairWith({ db, vault }, keys, given, { other, progress })).finish(),
          );
          expect(paired).toEqual(whole);
        },
      ),
      { numRuns: 150 },
    );
  });
});

const heldBy = (at: number) => ({
  breakId: `brk_held_${at}`,
  heldBy: '2026-11-22',
  fingerprint: `held ${at}`,
});

/** What it comes to, or with which message it fails. */
async function outcome<T>(work: () => Promise<T>): Promise<T | string> {
  return work().catch((error: Error) => error.message);
}
