import { createHash } from 'node:crypto';
import { DomainError } from '../kernel/errors.ts';
import type { Agency, Rollout } from './agencies.types.ts';
import { servingRegions } from './regions.rules.ts';

/** Who asks, as far as a rollout cares. */
export interface Asker {
  residentId: string;
  /** GB/T 2260 code of where they are, when it is known. */
  region?: string;
}

/** Where an agency is offered: its manifest's regions, or those of the rollout that lie in them. GB/T 2260 codes. */
export function rolledOutRegions(
  manifestRegions: readonly string[],
  rolloutRegions: readonly string[] | null,
): string[] {
  if (rolloutRegions === null) return [...new Set(manifestRegions)];
  return [...new Set(rolloutRegions)].filter((code) => isServed(code, manifestRegions));
}

/** Whether somebody in a region is served by an agency that names these regions. */
function isServed(code: string, regions: readonly string[]): boolean {
  return servingRegions(code).some((serving) => regions.includes(serving));
}

/**
 * Whether an agency is live for this resident: by the regions of its rollout, where the resident's is known, and by
 * share. The same resident always gets the same answer, and raising the share shuts nobody out.
 */
export function admits({ agencyId, manifest, rollout }: AdmittingAgency, asker: Asker): boolean {
  const { region, residentId } = asker;
  if (region !== undefined && rollout.regions !== null) {
    if (!isServed(region, rolledOutRegions(manifest.regions, rollout.regions))) return false;
  }
  return shareOf(agencyId, residentId) < rollout.sharePercent;
}

type AdmittingAgency = Pick<Agency, 'agencyId'> & {
  manifest: Pick<Agency['manifest'], 'regions'>;
  rollout: Rollout;
};

/** 0 to 99, evenly spread, other for each agency: so that not the same residents try everything first. */
function shareOf(agencyId: string, residentId: string): number {
  const digest = createHash('sha256').update(`${agencyId} ${residentId}`).digest();
  return digest.readUInt32BE(0) % 100;
}

/**
 * Throws unless an agency takes new payments from this resident: `agency_suspended` and `agency_retired` with the public
 * reason, `agency_not_open_to_you` where it is live for others first. Payments under way are not concerned.
 */
export function checkTakesOrders(
  agency: AdmittingAgency & Pick<Agency, 'status' | 'statusReason'>,
  asker: Asker,
) {
  const params = { reason: agency.statusReason };
  if (agency.status === 'suspended') throw new DomainError('conflict', 'agency_suspended', { params });
  if (agency.status === 'retired') throw new DomainError('conflict', 'agency_retired', { params });
  if (!admits(agency, asker)) throw new DomainError('conflict', 'agency_not_open_to_you');
}
