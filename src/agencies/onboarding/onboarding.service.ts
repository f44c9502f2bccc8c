import type { ManifestInput } from '../../contract/index.ts';
import { type Db, transact } from '../../infra/db/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Page } from '../agencies.types.ts';
import { Catalogues } from '../catalogue.service.ts';
import {
  findReleases,
  findVersion,
  findVersions,
  type Release,
  type VersionRecord,
} from '../versions.repo.ts';
import { AgencyKeys } from './agency-keys.service.ts';
import { type ApprovalEffects, Approvals } from './approvals.service.ts';
import { ConformanceReports } from './conformance.service.ts';
import { Connections } from './connections.service.ts';
import { Drafts } from './drafts.service.ts';
import { Lifecycle } from './lifecycle.service.ts';
import type { OnboardingContext } from './onboarding.context.ts';
import { adoptAgencies, findNotices, findOnboarding, findOnboardings } from './onboarding.repo.ts';
import { differences } from './onboarding.rules.ts';
import type {
  AgencyNotice,
  ApprovalKind,
  Difference,
  Missing,
  Onboarding,
  Stage,
} from './onboarding.types.ts';
import { SettlementAccounts } from './settlement-accounts.service.ts';
import { lockKnown } from './versions-in-work.ts';

const AGENCY_ID = /^[a-z][a-z0-9-]{2,63}$/;
const RELEASES_SHOWN = 100;

/** Everything about an agency's way to being live, and its looking after itself. */
export interface OnboardingService {
  drafts: Drafts;
  conformance: ConformanceReports;
  lifecycle: Lifecycle;
  approvals: Approvals;
  settlementAccounts: SettlementAccounts;
  keys: AgencyKeys;
  connections: Connections;
  catalogues: Catalogues;
  /** Refuses with `onboarding_not_found`. */
  get(agencyId: string): Promise<Onboarding & { missing: readonly Missing[] }>;
  /** By agencies' ids. Refuses with `cursor_invalid`. */
  list(filter: { stage?: Stage; limit: number; cursor?: string }): Promise<Page<Onboarding>>;
  /** Newest first. Refuses with `cursor_invalid`. */
  listVersions(agencyId: string, page: { limit: number; cursor?: string }): Promise<Page<VersionRecord>>;
  /** Refuses with `version_not_found`. */
  getVersion(agencyId: string, version: number): Promise<{ version: number; manifest: ManifestInput }>;
  /** What differs between two versions. Refuses with `version_not_found`. */
  diff(agencyId: string, from: number, to: number): Promise<Difference[]>;
  /** The last ones, newest first. */
  listReleases(agencyId: string): Promise<(Release & { releasedAtMs: number })[]>;
  /** Newest first. */
  listNotices(agencyId: string, page: { limit: number; cursor?: string }): Promise<Page<AgencyNotice>>;
}

export function createOnboarding(context: OnboardingContext): OnboardingService {
  const { db } = context;
  const drafts = new Drafts(context);
  const conformance = new ConformanceReports(context);
  const lifecycle = new Lifecycle(context);
  const settlementAccounts = new SettlementAccounts(context);
  const connections = new Connections(context);
  const catalogues = new Catalogues(context);
  const effects = {
    manifest: lifecycle.manifestEffects,
    attestation: conformance.attestationEffects,
    settlementAccount: settlementAccounts.effects,
    connection: connections.effects,
    catalogue: catalogues.effects,
    // Each kind reads the payload that it wrote itself.
  } as Readonly<Record<ApprovalKind, ApprovalEffects<never>>> as Readonly<
    Record<ApprovalKind, ApprovalEffects<unknown>>
  >;
  return {
    drafts,
    conformance,
    lifecycle,
    settlementAccounts,
    connections,
    catalogues,
    approvals: new Approvals(context, effects),
    keys: new AgencyKeys(context),
    get: (agencyId) => getOnboarding(context, lifecycle, agencyId),
    list: (filter) => listOnboardings(db, filter),
    listVersions: (agencyId, page) => listVersions(db, agencyId, page),
    async getVersion(agencyId, version) {
      return { version, manifest: await manifestOf(db, agencyId, version) };
    },
    async diff(agencyId, from, to) {
      return differences(await manifestOf(db, agencyId, from), await manifestOf(db, agencyId, to));
    },
    listReleases: (agencyId) => findReleases(db, agencyId, RELEASES_SHOWN),
    async listNotices(agencyId, { limit, cursor }) {
      const found = await findNotices(db, agencyId, { beforeId: cursor ?? null, limit: limit + 1 });
      return pageOf(found, limit, ({ noticeId }) => noticeId);
    },
  };
}

async function getOnboarding({ db, clock }: OnboardingContext, lifecycle: Lifecycle, agencyId: string) {
  await adoptAgencies(db, agencyId);
  const found = AGENCY_ID.test(agencyId) ? await findOnboarding(db, agencyId) : null;
  if (!found) throw new DomainError('notFound', 'onboarding_not_found');
  const missing = await transact(db, async (tx) => {
    const { row } = await lockKnown(tx, agencyId, clock.nowMs());
    return row.stage === 'live' ? [] : lifecycle.missing(tx, row);
  });
  return { ...found, missing };
}

async function listOnboardings(
  db: Db,
  { stage, limit, cursor }: { stage?: Stage; limit: number; cursor?: string },
): Promise<Page<Onboarding>> {
  if (cursor !== undefined && !AGENCY_ID.test(cursor)) throw new DomainError('invalid', 'cursor_invalid');
  await adoptAgencies(db);
  const found = await findOnboardings(db, { stage, afterId: cursor ?? null, limit: limit + 1 });
  return pageOf(found, limit, ({ agencyId }) => agencyId);
}

async function listVersions(
  db: Db,
  agencyId: string,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<Page<VersionRecord>> {
  const isNumber = cursor === undefined || /^\d{1,9}$/.test(cursor);
  if (!isNumber) throw new DomainError('invalid', 'cursor_invalid');
  const beforeVersion = cursor === undefined ? null : Number(cursor);
  const found = await findVersions(db, agencyId, { limit: limit + 1, beforeVersion });
  return pageOf(found, limit, ({ version }) => String(version));
}

async function manifestOf(db: Db, agencyId: string, version: number): Promise<ManifestInput> {
  const found = await findVersion(db, agencyId, version);
  if (!found) throw new DomainError('notFound', 'version_not_found');
  return found.manifest;
}

/** One more than asked for tells whether there is a next page. */
function pageOf<T>(found: readonly T[], limit: number, idOf: (item: T) => string): Page<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last ? idOf(last) : null };
}
