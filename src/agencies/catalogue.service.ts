import {
  type AgencyListing,
  type ListingOutcome,
  type ManifestInput,
  missingCapabilities,
  type Provider,
} from '../contract/index.ts';
import { type Db, type Tx, transact } from '../infra/db/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { newId, randomShardHint } from '../kernel/ids.ts';
import { findConnection } from './agencies.repo.ts';
import { contentHash } from './agencies.rules.ts';
import { checkedManifest } from './agencies.service.ts';
import { findCarried, findNewestRevision, insertRevision, lockConnection } from './catalogue.repo.ts';
import { type Checked, compareCatalogue } from './catalogue.rules.ts';
import { takeOver } from './catalogue.take-over.ts';
import type { Accepted, Catalogue, CatalogueEntry } from './catalogue.types.ts';
import { type ApprovalEffects, askApproval, payloadOf } from './onboarding/approvals.service.ts';
import type { OnboardingContext } from './onboarding/onboarding.context.ts';
import type { Actor } from './onboarding/onboarding.types.ts';

/** A revision is one row, and a row must fit in one packet of the database's. */
const MAX_LISTINGS = 5_000;

/** What one person chose, and another one approves: exactly this, or nothing. */
interface AcceptancePayload {
  revisionId: string;
  entries: readonly EntryIdentity[];
}

interface EntryIdentity extends Pick<CatalogueEntry, 'agencyCode' | 'agencyId' | 'change'> {
  /** Of the manifest that is proposed. */
  contentHash: string | null;
}

/** Agencies behind a connection that carries many: what it lists is compared with what is live, and holds when it is accepted. */
export class Catalogues {
  private readonly context: OnboardingContext;

  constructor(context: OnboardingContext) {
    this.context = context;
  }

  /**
   * Asks the connection for its list, keeps it when it is another than before, and tells what differs from what is live. Nothing
   * of it holds yet. Refuses with `connection_not_found`, `catalogue_not_listed`, `catalogue_unavailable`.
   */
  async sync(connectionId: string): Promise<Catalogue> {
    const { db, clock } = this.context;
    const listings = await this.listed(connectionId);
    const hash = contentHash(listings);
    await transact(db, async (tx) => {
      await lockConnection(tx, connectionId);
      if ((await findNewestRevision(tx, connectionId))?.contentHash === hash) return;
      const fetchedAtMs = clock.nowMs();
      const revisionId = newId('cat', fetchedAtMs, randomShardHint());
      await insertRevision(tx, { connectionId, revisionId, contentHash: hash, listings, fetchedAtMs });
    });
    return this.get(connectionId);
  }

  /** The newest list, compared with what is live now. Refuses with `connection_not_found`, `catalogue_not_synced`. */
  async get(connectionId: string): Promise<Catalogue> {
    return this.compared(this.context.db, connectionId);
  }

  /**
   * Asks a second person to approve some of the entries, or all that can be accepted (null). Returns the request's id. Refuses
   * as `get` does, and with `catalogue_moved_on`, `catalogue_entry_unknown`, `catalogue_entry_wrong`, `catalogue_nothing_new`.
   */
  submit(
    connectionId: string,
    revisionId: string,
    agencyCodes: readonly string[] | null,
    by: Actor,
  ): Promise<string> {
    return transact(this.context.db, async (tx) => {
      const entries = chosen(await this.compared(tx, connectionId, revisionId), agencyCodes);
      const payload: AcceptancePayload = { revisionId, entries: entries.map(identityOf) };
      return askApproval(tx, this.context, 'catalogue', connectionId, payload, by);
    });
  }

  readonly effects: ApprovalEffects<AcceptancePayload> = {
    approve: async (tx, { subjectId, requestId }, { revisionId, entries }, by) => {
      await lockConnection(tx, subjectId);
      const codes = entries.map(({ agencyCode }) => agencyCode);
      const now = chosen(await this.compared(tx, subjectId, revisionId), codes);
      if (contentHash(now.map(identityOf)) !== contentHash(entries)) {
        throw new DomainError('conflict', 'catalogue_moved_on');
      }
      await takeOver(this.context, tx, subjectId, now, { by, requestId });
      return { takesEffectAtMs: null };
    },
    drop: async () => {},
    summary: ({ revisionId, entries }) => ({
      revisionId,
      entries: entries.map(({ agencyCode, agencyId, change }) => ({ agencyCode, agencyId, change })),
    }),
    after: (request) => {
      const { entries } = payloadOf(this.context, request) as AcceptancePayload;
      for (const { agencyId } of entries) this.context.agencies.refresh({ agencyId });
    },
  };

  /**
   * Takes over some of the entries, or all that can be accepted (null), at once: for a demo, where nobody's money moves. Refuses as
   * `submit` does, and with `go_live_blocked`.
   */
  async acceptDirectly(
    connectionId: string,
    revisionId: string,
    agencyCodes: readonly string[] | null,
  ): Promise<Accepted> {
    const { db, agencies } = this.context;
    const entries = await transact(db, async (tx) => {
      await lockConnection(tx, connectionId);
      const now = chosen(await this.compared(tx, connectionId, revisionId), agencyCodes);
      await takeOver(this.context, tx, connectionId, now, { by: null, requestId: null });
      return now;
    });
    for (const { agencyId } of entries) agencies.refresh({ agencyId });
    const idsOf = (isRemoval: boolean) =>
      entries.filter(({ change }) => (change === 'removed') === isRemoval).map(({ agencyId }) => agencyId);
    return { published: idsOf(false), retired: idsOf(true) };
  }

  /** What the connection lists, by code. */
  private async listed(connectionId: string): Promise<AgencyListing[]> {
    const { agencies, db } = this.context;
    await this.providerOf(db, connectionId);
    const tooBusy: ListingOutcome = {
      kind: 'unavailable',
      reason: { code: 'too_busy', source: 'civicpay' },
    };
    const fallback: ListingOutcome = {
      kind: 'unavailable',
      reason: { code: 'answer_not_understood', source: 'civicpay' },
    };
    const { outcome } = await agencies.gateway.provider(
      connectionId,
      'listAgencies',
      undefined,
      fallback,
      tooBusy,
    );
    const refused = (reason: string) =>
      new DomainError('unavailable', 'catalogue_unavailable', { params: { reason } });
    if (outcome.kind === 'unavailable') throw refused(outcome.reason.code);
    const listings = [...outcome.agencies].sort((a, b) => (a.agencyCode < b.agencyCode ? -1 : 1));
    const isRepeated = new Set(listings.map(({ agencyCode }) => agencyCode)).size < listings.length;
    if (isRepeated) throw refused('answer_not_understood');
    if (listings.length > MAX_LISTINGS) throw refused('limit_exceeded');
    return listings;
  }

  private async compared(db: Db | Tx, connectionId: string, revisionId?: string): Promise<Catalogue> {
    const provider = await this.providerOf(db, connectionId);
    const revision = await findNewestRevision(db, connectionId);
    if (!revision) throw new DomainError('notFound', 'catalogue_not_synced');
    if (revisionId !== undefined && revision.revisionId !== revisionId) {
      throw new DomainError('conflict', 'catalogue_moved_on');
    }
    const { listings, fetchedAtMs } = revision;
    const carried = await findCarried(db, connectionId);
    const entries = compareCatalogue(connectionId, listings, carried, (proposed) =>
      check(proposed, provider),
    );
    return {
      connectionId,
      revisionId: revision.revisionId,
      fetchedAtMs,
      listedCount: listings.length,
      entries,
    };
  }

  /** Refuses with `connection_not_found`, `catalogue_not_listed`. */
  private async providerOf(db: Db | Tx, connectionId: string): Promise<Provider> {
    const connection = await findConnection(db, connectionId);
    if (connection?.plug !== 'provider') throw new DomainError('notFound', 'connection_not_found');
    const { kind } = connection;
    const provider = this.context.plugIns.providers.find((candidate) => candidate.kind === kind);
    if (!provider?.operations.listAgencies) {
      throw new DomainError('conflict', 'catalogue_not_listed', { params: { kind } });
    }
    return provider;
  }
}

/** The entries of these codes, or all that can be accepted. */
function chosen({ entries }: Catalogue, agencyCodes: readonly string[] | null): CatalogueEntry[] {
  const isGood = ({ problems }: CatalogueEntry) => problems.length === 0;
  const found = entries.filter((entry) => agencyCodes?.includes(entry.agencyCode) ?? isGood(entry));
  const unknown = agencyCodes?.filter((code) => !entries.some(({ agencyCode }) => agencyCode === code)) ?? [];
  if (unknown.length > 0) throw entryProblem('catalogue_entry_unknown', unknown);
  const wrong = found.filter((entry) => !isGood(entry)).map(({ agencyCode }) => agencyCode);
  if (wrong.length > 0) throw entryProblem('catalogue_entry_wrong', wrong);
  if (found.length === 0) throw new DomainError('conflict', 'catalogue_nothing_new');
  return found;
}

function entryProblem(code: string, agencyCodes: readonly string[]): DomainError {
  return new DomainError('conflict', code, { params: { agencyCodes: agencyCodes.join(', ') } });
}

function identityOf({ agencyCode, agencyId, change, proposed }: CatalogueEntry): EntryIdentity {
  return { agencyCode, agencyId, change, contentHash: proposed && contentHash(proposed) };
}

/** A proposed manifest as it would be stored, or why it can't be. */
function check(proposed: ManifestInput, provider: Provider): Checked {
  try {
    const manifest = checkedManifest(proposed);
    const missing = missingCapabilities(provider, manifest.capabilities);
    if (missing.length === 0) return { manifest };
    const params = { capabilities: missing.join(', ') };
    return { problems: [{ pointer: '#/capabilities', code: 'capability_missing', params }] };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { fields, code, params } = error;
    return { problems: fields.length > 0 ? fields : [{ pointer: '#/regions', code, params }] };
  }
}
