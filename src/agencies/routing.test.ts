import { createTestVault } from '../../test/support/accounts.ts';
import {
  openPlainAgencies,
  PLAIN_CHANNEL,
  PLAIN_CONNECTION,
  plainManifest,
} from '../../test/support/plain-agency.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import type { QueryOutcome } from '../contract/index.ts';
import { type Agencies, type Agency, routeOver } from './index.ts';

const DEARER = 'plain-two';
const otherRoutes = [{ connection: DEARER, agencyCode: 'P2', costPpm: 2_000 }];
const nothing: QueryOutcome = { kind: 'unavailable', reason: { code: 'too_busy', source: 'civicpay' } };

describeOnBothStacks('two ways to one agency', (stack) => {
  const clock = new TestClock();
  let agencies: Agencies;

  beforeAll(async () => {
    ({ agencies } = await openPlainAgencies({ db: stack().db, vault: createTestVault(), clock }));
    await agencies.putConnection({
      connectionId: DEARER,
      plug: 'provider',
      kind: 'plain',
      settings: {},
      limits: { concurrency: 10, ratePerSecond: 100 },
    });
  });

  const agency = async (): Promise<Agency> => {
    const found = await agencies.getAgency('two-ways');
    if (!found) throw new Error('not published');
    return found;
  };
  /** Accounts that begin with 5 get no answer. */
  const query = (accountNumber: string) =>
    agencies.gateway.provider(
      PLAIN_CONNECTION,
      'queryBills',
      { inputs: { accountNumber } },
      nothing,
      nothing,
    );

  it('are all checked before they go live', async () => {
    const over = (connection: string) =>
      agencies.publishManifest(plainManifest('two-ways', { otherRoutes: [{ connection, costPpm: 0 }] }));
    await expect(over('nowhere')).rejects.toMatchObject({ code: 'connection_not_found' });
    await expect(over(PLAIN_CHANNEL)).rejects.toMatchObject({ code: 'connection_not_found' });
    await agencies.publishManifest(
      plainManifest('two-ways', { agencyCode: 'P1', costPpm: 1_000, otherRoutes }),
    );
  });

  it('are chosen by health and cost for what is new, and kept by what is under way', async () => {
    const { manifest } = await agency();
    expect(agencies.chooseRoute({ manifest }).connectionId).toBe(PLAIN_CONNECTION);
    for (let i = 0; i < 8; i++) await query('5000000000');
    expect(agencies.chooseRoute({ manifest })).toEqual({
      connectionId: DEARER,
      agencyCode: 'P2',
      costPpm: 2_000,
    });
    expect(routeOver(manifest, PLAIN_CONNECTION)?.agencyCode).toBe('P1');

    clock.advance(10_000);
    expect(agencies.chooseRoute({ manifest }).connectionId).toBe(DEARER);
    for (let probe = 0; probe < 2; probe++) await query('1000000000');
    expect(agencies.chooseRoute({ manifest }).connectionId).toBe(PLAIN_CONNECTION);
    expect(routeOver(manifest, DEARER)?.agencyCode).toBe('P2');
  });
});
