import { createTestVault } from '../../test/support/accounts.ts';
import { openPlainAgencies, PLAIN_CHANNEL, PLAIN_CONNECTION } from '../../test/support/plain-agency.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import type { QueryOutcome } from '../contract/index.ts';
import type { Agencies } from './index.ts';

const nothing: QueryOutcome = { kind: 'unavailable', reason: { code: 'too_busy', source: 'civicpay' } };
const MINUTE_MS = 60_000;

describeOnBothStacks('the health of connections', (stack) => {
  const clock = new TestClock();
  let [one, another]: Agencies[] = [];

  beforeAll(async () => {
    const deps = { db: stack().db, vault: createTestVault(), clock };
    ({ agencies: one } = await openPlainAgencies(deps));
    ({ agencies: another } = await openPlainAgencies(deps));
  });

  const ask = (agencies: Agencies | undefined, accountNumber: string) =>
    agencies?.gateway.provider(
      PLAIN_CONNECTION,
      'queryBills',
      { inputs: { accountNumber } },
      nothing,
      nothing,
    );
  const report = async () => {
    clock.advance(2_000);
    const reports = (await one?.health.read()) ?? [];
    expect(reports.map(({ connectionId }) => connectionId)).toEqual([PLAIN_CHANNEL, PLAIN_CONNECTION]);
    return reports.find(({ connectionId }) => connectionId === PLAIN_CONNECTION);
  };
  const write = async () => {
    await one?.health.write();
    await another?.health.write();
  };

  it('is nothing while nobody has called', async () => {
    await write();
    expect(await report()).toMatchObject({
      plug: 'provider',
      kind: 'plain',
      processes: 0,
      openBreakers: 0,
      recent: { calls: 0, failures: 0, heldBack: 0, p50Ms: null, p99Ms: null },
      history: [],
    });
  });

  it('is what all processes have seen, however often they wrote it down', async () => {
    await ask(one, '1');
    await ask(one, '4');
    await write();
    for (let i = 0; i < 10; i++) await ask(another, '5');
    await write();
    await write();
    expect(await report()).toMatchObject({
      processes: 2,
      openBreakers: 1,
      recent: { calls: 10, failures: 8, heldBack: 2, p50Ms: expect.any(Number) },
    });
  });

  it('has a short history, and no word of processes that are gone', async () => {
    clock.advance(MINUTE_MS);
    await ask(one, '1');
    await one?.health.write();
    const seen = await report();
    expect(seen).toMatchObject({ processes: 1, openBreakers: 0, recent: { calls: 11 } });
    expect(seen?.history.map(({ calls, failures }) => [calls, failures])).toEqual([
      [10, 8],
      [1, 0],
    ]);
    const [first, second] = seen?.history ?? [];
    expect((second?.fromMs ?? 0) - (first?.fromMs ?? 0)).toBe(MINUTE_MS);
    // An open breaker is told of every minute, even when nobody calls.
    await another?.health.write();
    expect(await report()).toMatchObject({ openBreakers: 1 });
    clock.advance(6 * MINUTE_MS);
    expect(await report()).toMatchObject({ processes: 0, recent: { calls: 0 } });
    expect((await report())?.history.length).toBeGreaterThanOrEqual(2);
    clock.advance(15 * MINUTE_MS);
    expect((await report())?.history).toEqual([]);
  });

  it('is deleted after an hour', async () => {
    const rows = async () => Number((await stack().db('connection_health').count({ rows: '*' }))[0]?.rows);
    expect(await rows()).toBeGreaterThan(0);
    await one?.health.purge();
    expect(await rows()).toBeGreaterThan(0);
    clock.advance(60 * MINUTE_MS);
    await one?.health.purge();
    expect(await rows()).toBe(0);
  });
});
