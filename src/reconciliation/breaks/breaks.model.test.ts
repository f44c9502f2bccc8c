import fc from 'fast-check';
import { BreakDesk, FINANCE } from '../../../test/support/breaks.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { transact } from '../../infra/db/index.ts';
import { balancesThatDiffer, trialBalance } from '../../ledger/index.ts';
import { suspenseThatDiffers } from '../runs/verify.ts';
import { undoForRun } from './undo-for-run.ts';

const which = fc.nat(20);
const who = fc.constantFrom(...FINANCE);
const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('open' as const), minor: fc.integer({ min: -900, max: 900 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('propose' as const),
      kind: fc.constantFrom('writeOff', 'adjust', 'match'),
      which,
      other: which,
      who,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('approve' as const), which, who }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('reject' as const, 'withdraw' as const), which, who }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reopen' as const), which, who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('supersede' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resolve' as const) }) },
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

const SEED = Number(process.env.MODEL_SEED ?? 26_1122);

describeOnBothStacks(`breaks, whatever people do (MODEL_SEED=${SEED})`, (stack) => {
  it('keep suspense the sum of what is open, and no money moves by one person', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 30 }), async (actions) => {
        const desk = new BreakDesk(stack().db);
        const bank = await desk.addSource('channel');
        const fence = await desk.addBatch(bank);
        const ids: string[] = [];
        for (const one of actions) {
          await perform(desk, { bank, fence, ids }, one);
          await assertSound(desk, bank, ids);
        }
      }),
      { numRuns: 8, seed: SEED },
    );
  }, 120_000);

  async function perform(
    desk: BreakDesk,
    { bank, fence, ids }: { bank: string; fence: Awaited<ReturnType<BreakDesk['addBatch']>>; ids: string[] },
    one: Action,
  ): Promise<void> {
    const { resolutions, breaks, resolveRun } = desk.module;
    const chosen = 'which' in one ? (ids[one.which % Math.max(1, ids.length)] ?? 'brk_none') : '';
    const proposal = async () => {
      const waiting = await stack().db('break_resolutions').where({ source_id: bank, state: 'proposed' });
      return 'which' in one ? waiting[one.which % Math.max(1, waiting.length)] : undefined;
    };
    // What is refused changes nothing: the invariants say so.
    const tried = (promise: Promise<unknown>) =>
      promise.catch((error: { code?: string }) => {
        if (typeof error.code !== 'string') throw error;
      });
    switch (one.do) {
      case 'open': {
        const side = one.minor < 0 ? ('ours' as const) : ('theirs' as const);
        const found = one.minor < 0 ? 'ledgerOnly' : 'bankOnly';
        ids.push(await desk.addBreak(bank, found, [{ side, amountMinor: Math.abs(one.minor) }]));
        return;
      }
      case 'propose': {
        const other = ids[one.other % Math.max(1, ids.length)] ?? chosen;
        await tried(
          resolutions.propose(
            {
              breakIds: [...new Set([chosen, other])],
              kind: one.kind as 'writeOff',
              account: one.kind === 'writeOff' ? null : 'feeDifferences',
              reason: 'model',
            },
            desk.by(one.who),
          ),
        );
        return;
      }
      case 'approve': {
        const found = await proposal();
        if (found)
          await tried(resolutions.approve(found.resolution_id, found.breaks_sha256, desk.by(one.who)));
        return;
      }
      case 'reject':
      case 'withdraw': {
        const found = await proposal();
        if (found) await tried(resolutions[one.do](found.resolution_id, 'model', desk.by(one.who)));
        return;
      }
      case 'reopen':
        return void (await tried(breaks.reopen(chosen, 'model', desk.by(one.who))));
      case 'resolve':
        return void (await resolveRun(fence, `run_${bank.slice(-12)}`));
      case 'supersede':
        // As a run does whose rows show the break again, which it had closed.
        await transact(stack().db, async (tx) => {
          await undoForRun(tx, desk, [chosen], 'run_model');
          await tx('breaks').where('break_id', chosen).update({ state: 'open', how: null });
        });
    }
  }

  async function assertSound(desk: BreakDesk, bank: string, ids: readonly string[]): Promise<void> {
    const { db } = stack();
    expect(await suspenseThatDiffers(db)).toEqual([]);
    expect((await trialBalance(db)).balanced).toBe(true);
    expect(await balancesThatDiffer(db)).toEqual([]);
    const applied = await db('break_resolutions').where({ source_id: bank, state: 'applied' });
    for (const { maker, checker, amount_minor: minor } of applied) {
      expect(checker).not.toBe(maker);
      expect(Number(minor) > 0 && maker !== 'system' && checker === null).toBe(false);
    }
    for (const breakId of ids) {
      const { state } = (await desk.state(breakId)) ?? {};
      const active = await db('break_resolution_items').where({ break_id: breakId, is_active: 1 });
      expect([breakId, state, active.length]).toEqual([breakId, state, state === 'open' ? 0 : 1]);
    }
  }
});
