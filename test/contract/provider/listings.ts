import { manifestSchema } from '../../../src/contract/index.ts';
import type { Group } from './group.ts';
import type { ContractFault } from './harness.ts';

/** What `listAgencies` must do. */
export function provesListAgencies<S>({ manifest, sandbox, caller, newCaller }: Group<S>): void {
  const list = (by = caller()) => by.call('listAgencies', undefined);
  const listed = async () => {
    const outcome = await list();
    if (outcome.kind !== 'agencies') throw new Error(`expected agencies, got ${JSON.stringify(outcome)}`);
    return outcome.agencies;
  };

  it('lists agencies that each make a valid manifest, and are told apart by their codes', async () => {
    const agencies = await listed();
    expect(agencies.length).toBeGreaterThan(0);
    for (const agency of agencies) {
      const whole = manifestSchema.safeParse({ ...agency, id: 'any-agency', connection: 'any-connection' });
      expect(whole.error?.issues ?? []).toEqual([]);
    }
    expect(new Set(agencies.map(({ agencyCode }) => agencyCode)).size).toBe(agencies.length);
  });

  it('lists the agency that the rest of this suite pays, as its manifest says it', async () => {
    const own = (await listed()).find(({ agencyCode }) => agencyCode === manifest.agencyCode);
    const { id, connection, costPpm, otherRoutes } = manifest;
    expect(manifestSchema.parse({ ...own, id, connection, costPpm, otherRoutes })).toEqual(manifest);
  });

  it('lists the same when asked again', async () => {
    expect(await listed()).toEqual(await listed());
  });

  it.each<ContractFault>(['timeoutBeforePosting', 'badJson', 'wrongSignature', 'unknownCode'])(
    'is unavailable, and no shorter list, after %s',
    async (fault) => {
      await sandbox().fault(fault, 'listAgencies');
      expect(await list()).toMatchObject({ kind: 'unavailable' });
      expect(await list()).toMatchObject({ kind: 'agencies' });
    },
  );

  it('is unavailable when the other side is down', async () => {
    await sandbox().goDown();
    expect(await list(newCaller())).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'agency_down' },
    });
  });
}
