import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { transact } from '../../infra/db/index.ts';
import {
  changeBatch,
  claimBatch,
  endClaim,
  findBatch,
  planBatches,
  renewClaim,
  takeNudges,
} from './batches.repo.ts';
import type { BatchChange, BatchKey } from './batches.types.ts';

const NOW_MS = Date.parse('2026-03-02T02:00:00Z');
const LEASE_MS = 10_000;

describeOnBothStacks('batches', (stack) => {
  let day = 0;
  /** A batch of its own for each test, due now. */
  async function someBatch(): Promise<BatchKey> {
    const businessDate = `2026-01-${String(++day).padStart(2, '0')}`;
    const key = { sourceId: 'bank', businessDate };
    expect(await planBatches(stack().db, [{ ...key, dueAtMs: NOW_MS }], NOW_MS)).toBe(1);
    return key;
  }
  const claim = (key: BatchKey, nowMs = NOW_MS) =>
    claimBatch(stack().db, key, { phase: null, states: ['waiting'], leaseMs: LEASE_MS, nowMs });
  const waiting = (changes: Partial<BatchChange> = {}): BatchChange => ({
    phase: 'gate',
    state: 'waiting',
    dueAtMs: NOW_MS,
    attempts: 0,
    problem: null,
    ...changes,
  });

  it('are planned once', async () => {
    const key = await someBatch();
    expect(await planBatches(stack().db, [{ ...key, dueAtMs: NOW_MS + 1 }], NOW_MS)).toBe(0);
    expect(await findBatch(stack().db, key)).toMatchObject({
      phase: 'fetch',
      state: 'waiting',
      dueAtMs: NOW_MS,
    });
  });

  it('are held by one of many who want them', async () => {
    const key = await someBatch();
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim(key)));
    expect(claims.filter((claimed) => claimed !== null)).toHaveLength(1);
  });

  it('are claimed only for what comes next', async () => {
    const key = await someBatch();
    const options = { states: ['waiting'] as const, leaseMs: LEASE_MS, nowMs: NOW_MS };
    expect(await claimBatch(stack().db, key, { ...options, phase: 'match' })).toBeNull();
    expect(await claimBatch(stack().db, key, { ...options, phase: 'fetch' })).not.toBeNull();
  });

  it('go to another when their holder has died, who then writes nothing any more', async () => {
    const { db } = stack();
    const key = await someBatch();
    const dead = await claim(key);
    expect(await claim(key, NOW_MS + LEASE_MS - 1)).toBeNull();
    const heir = await claim(key, NOW_MS + LEASE_MS);
    if (!dead || !heir) throw new Error('not claimed');
    const hold = { untilMs: NOW_MS + 2 * LEASE_MS, nowMs: NOW_MS, progress: null };
    expect(await renewClaim(db, dead.fence, hold)).toBe(false);
    await expect(transact(db, (tx) => endClaim(tx, dead.fence, waiting(), NOW_MS))).rejects.toMatchObject({
      code: 'batch_taken_over',
    });
    expect(await renewClaim(db, heir.fence, hold)).toBe(true);
    await transact(db, (tx) => endClaim(tx, heir.fence, waiting(), NOW_MS));
    expect(await findBatch(db, key)).toMatchObject({ phase: 'gate', state: 'waiting' });
  });

  it('are taken from their holder by a command', async () => {
    const { db } = stack();
    const key = await someBatch();
    const claimed = await claim(key);
    if (!claimed) throw new Error('not claimed');
    const paused = await transact(db, (tx) =>
      changeBatch(tx, key, ({ phase }) => waiting({ phase, state: 'paused' }), NOW_MS),
    );
    expect(paused).toMatchObject({ state: 'paused', phase: 'fetch' });
    const hold = { untilMs: NOW_MS + LEASE_MS, nowMs: NOW_MS, progress: null };
    expect(await renewClaim(db, claimed.fence, hold)).toBe(false);
    expect(await claim(key)).toBeNull();
  });

  it('are nudged when due, once for all that ask, and again when nobody came', async () => {
    const { db } = stack();
    const key = await someBatch();
    const ofKey = async (nowMs: number) =>
      (await takeNudges(db, nowMs, 100)).filter(({ businessDate }) => businessDate === key.businessDate);
    expect(await ofKey(NOW_MS - 1)).toEqual([]);
    const taken = (await Promise.all([ofKey(NOW_MS), ofKey(NOW_MS), ofKey(NOW_MS)])).flat();
    expect(taken).toHaveLength(1);
    expect(await ofKey(NOW_MS + 4_999)).toEqual([]);
    expect(await ofKey(NOW_MS + 5_000)).toHaveLength(1);
    await claim(key, NOW_MS + 5_000);
    expect(await ofKey(NOW_MS + 14_999)).toEqual([]);
    expect(await ofKey(NOW_MS + 5_000 + LEASE_MS)).toHaveLength(1);
  });
});
