import type { Manifest } from '../contract/index.ts';
import { type Db, isUniqueViolation, transact } from '../infra/db/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { findAgency } from './agencies.repo.ts';
import { contentHash } from './agencies.rules.ts';
import type { Agency, AgencyVersion } from './agencies.types.ts';
import * as versions from './versions.repo.ts';

interface VersionsDeps {
  db: Db;
  clock: Clock;
}

/** An agency with the version that is in effect now; null when there is none. */
export async function loadAgency({ db, clock }: VersionsDeps, agencyId: string): Promise<Agency | null> {
  const { agency, nextFromMs } = await findAgency(db, agencyId);
  const nowMs = clock.nowMs();
  if (nextFromMs === null || nextFromMs > nowMs) return agency;
  await transact(db, (tx) => versions.promote(tx, agencyId, nowMs));
  return (await findAgency(db, agencyId)).agency;
}

/** The version that a key of `agencyId version` names; null when there is none. */
export async function loadVersion(db: Db, key: string): Promise<AgencyVersion | null> {
  const [agencyId = '', version] = key.split(' ');
  const found = await versions.findVersion(db, agencyId, Number(version));
  if (!found) return null;
  const { contentHash: _, ...agencyVersion } = found;
  return agencyVersion;
}

/** Puts versions in effect whose time has come: lists read what the agency's row says. */
export async function promoteDue({ db, clock }: VersionsDeps): Promise<void> {
  const nowMs = clock.nowMs();
  for (const agencyId of await versions.findDue(db, nowMs)) {
    await transact(db, (tx) => versions.promote(tx, agencyId, nowMs));
  }
}

/** Undoes a transaction that began before an agency was there; it is tried again. */
class MadeMeanwhile extends Error {}

/** Makes a manifest live at once, as an operator who needs nobody's approval; returns its version. */
export async function publish({ db, clock }: VersionsDeps, manifest: Manifest): Promise<number> {
  const hash = contentHash(manifest);
  const agencyId = manifest.id;
  for (;;) {
    try {
      return await transact(db, async (tx) => {
        const nowMs = clock.nowMs();
        await versions.promote(tx, agencyId, nowMs);
        const head = await versions.lockHead(tx, agencyId);
        const live = head && (await versions.findVersion(tx, agencyId, head.liveVersion));
        if (head && live?.contentHash === hash && !head.next) return head.liveVersion;
        const version = await versions.insertManifest(tx, manifest, hash, nowMs);
        // Another made the agency since we looked: what we found is no longer so.
        if (!head && (await versions.lockHead(tx, agencyId))) throw new MadeMeanwhile();
        const rollout = head?.rollout ?? versions.EVERYWHERE;
        const directly = { effectiveFromMs: nowMs, releasedBy: null, requestId: null };
        await versions.release(tx, head, { agencyId, version, manifest, rollout, ...directly }, nowMs);
        return version;
      });
    } catch (error) {
      // Two published a new agency at once: there was no row to lock. Now there is.
      if (!isUniqueViolation(error) && !(error instanceof MadeMeanwhile)) throw error;
    }
  }
}
