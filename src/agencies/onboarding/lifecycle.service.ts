import type { LocalText } from '../../contract/index.ts';
import { type Tx, transact } from '../../infra/db/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { findConnection } from '../agencies.repo.ts';
import { checkConnection } from '../agencies.service.ts';
import type { Rollout } from '../agencies.types.ts';
import { regionNames } from '../regions.rules.ts';
import { rolledOutRegions } from '../rollout.rules.ts';
import { release, setStatus } from '../versions.repo.ts';
import { recordAgencyEvents } from '../webhooks/agency-events.ts';
import { lockRequest } from './approvals.repo.ts';
import { stateOf } from './approvals.rules.ts';
import { type ApprovalEffects, askApproval, payloadOf } from './approvals.service.ts';
import { isConformant } from './conformance.service.ts';
import { notify, type OnboardingContext, record } from './onboarding.context.ts';
import type { OnboardingRow } from './onboarding.repo.ts';
import { type StatusCommand, stageAfter, statusAfter } from './onboarding.rules.ts';
import type { Actor, Missing } from './onboarding.types.ts';
import { contentInWork, lockKnown, step } from './versions-in-work.ts';

interface ManifestPayload {
  version: number;
  contentHash: string;
}

export interface GoLive {
  rollout: Rollout;
  /** From when on; now when it is past. */
  effectiveFromMs: number;
}

/** From a version that passed to one that residents pay by, and what happens to it afterwards. */
export class Lifecycle {
  private readonly context: OnboardingContext;

  constructor(context: OnboardingContext) {
    this.context = context;
  }

  /**
   * Asks a second person to approve the version. Returns the request's id. Refuses with `onboarding_not_found`,
   * `onboarding_stage_wrong`, `conformance_not_passed`.
   */
  submit(agencyId: string, by: Actor): Promise<string> {
    const { db, vault, clock } = this.context;
    return transact(db, async (tx) => {
      const updatedAtMs = clock.nowMs();
      const { row } = await lockKnown(tx, agencyId, updatedAtMs);
      stageAfter(row.stage, 'submitted');
      const { contentHash } = await contentInWork(tx, row);
      if (!(await isConformant(tx, vault, agencyId, contentHash))) {
        throw new DomainError('conflict', 'conformance_not_passed');
      }
      const payload: ManifestPayload = { version: row.version, contentHash };
      const requestId = await askApproval(tx, this.context, 'manifest', agencyId, payload, by);
      await step(tx, row, 'submitted', { requestId, updatedAtMs });
      return requestId;
    });
  }

  readonly manifestEffects: ApprovalEffects<ManifestPayload> = {
    approve: async (tx, { subjectId, requestId }, payload) => {
      const updatedAtMs = this.context.clock.nowMs();
      const { row } = await lockKnown(tx, subjectId, updatedAtMs);
      if (row.requestId !== requestId || row.version !== payload.version) {
        throw new DomainError('conflict', 'manifest_changed');
      }
      await step(tx, row, 'approved', { updatedAtMs });
      await notify(tx, this.context, subjectId, 'manifest.approved', { version: payload.version });
      return { takesEffectAtMs: null };
    },
    drop: async (tx, { subjectId, requestId }, how, reason) => {
      const updatedAtMs = this.context.clock.nowMs();
      const { row } = await lockKnown(tx, subjectId, updatedAtMs);
      // A request that no longer counts changes nothing by going away.
      if (row.requestId !== requestId || row.stage !== 'submitted') return;
      await step(tx, row, how, { requestId: null, updatedAtMs });
      await notify(tx, this.context, subjectId, `manifest.${how}`, { version: row.version, reason });
    },
    summary: ({ version }) => ({ version }),
  };

  /**
   * Makes the approved version live, now or from a date, for the residents of the rollout; for the version that is live already
   * it changes the rollout. Refuses with `onboarding_not_found`, `onboarding_stage_wrong`, `agency_status_wrong`,
   * `go_live_blocked` (params.missing says by what), `region_unknown`, `region_not_served`.
   */
  async goLive(agencyId: string, { rollout, effectiveFromMs }: GoLive, by: Actor): Promise<void> {
    const { db, clock, plugIns, agencies } = this.context;
    await transact(db, async (tx) => {
      const nowMs = clock.nowMs();
      const { row, head } = await lockKnown(tx, agencyId, nowMs);
      stageAfter(row.stage, 'released');
      if (head && (head.status === 'suspended' || head.status === 'retired')) {
        throw new DomainError('conflict', 'agency_status_wrong', { params: { status: head.status } });
      }
      const { manifest } = await contentInWork(tx, row);
      checkRegions(manifest.regions, rollout.regions);
      const isLiveAlready = head?.status === 'live' && head.liveVersion === row.version;
      const missing = isLiveAlready ? [] : await this.missing(tx, row);
      if (missing.length > 0) {
        throw new DomainError('conflict', 'go_live_blocked', { params: { missing: missing.join(', ') } });
      }
      await checkConnection({ db: tx, plugIns }, manifest);
      const { version, requestId } = row;
      const what = { agencyId, version, effectiveFromMs, rollout, releasedBy: by.id, requestId };
      await release(tx, head, { ...what, manifest }, nowMs);
      await step(tx, row, 'released', { updatedAtMs: nowMs });
      const { sharePercent } = rollout;
      const regions = rollout.regions?.join(' ') ?? null;
      const detail = { version, effectiveFromMs, sharePercent, regions };
      await record(tx, this.context, by, 'agency.goLive', { kind: 'agency', id: agencyId }, detail);
      await notify(tx, this.context, agencyId, 'agency.goLive', detail);
      const data = { version, sharePercent, effectiveFrom: new Date(effectiveFromMs).toISOString() };
      await recordAgencyEvents(tx, [{ agencyId, type: 'manifest.versionLive', data }], nowMs);
    });
    agencies.refresh({ agencyId });
  }

  /**
   * Suspends, resumes or retires, with a reason for residents. Payments under way go on. Refuses with
   * `onboarding_not_found`, `agency_status_wrong`.
   */
  async setStatus(
    agencyId: string,
    command: StatusCommand,
    reason: LocalText | null,
    by: Actor,
  ): Promise<void> {
    const { db, clock, agencies } = this.context;
    await transact(db, async (tx) => {
      const nowMs = clock.nowMs();
      const { row, head } = await lockKnown(tx, agencyId, nowMs);
      if (!head || head.status === 'scheduled') {
        throw new DomainError('conflict', 'agency_status_wrong', {
          params: { status: head?.status ?? 'notLive' },
        });
      }
      const status = statusAfter(head.status, command);
      const live = await contentInWork(tx, { ...row, version: head.liveVersion });
      await setStatus(tx, live, head, { status, reason }, nowMs);
      await record(tx, this.context, by, `agency.${command}`, { kind: 'agency', id: agencyId });
      await notify(tx, this.context, agencyId, `agency.${command}`, { reason });
    });
    agencies.refresh({ agencyId });
  }

  /** What the version being worked on lacks before it may go live. */
  async missing(tx: Tx, row: OnboardingRow): Promise<Missing[]> {
    const { vault } = this.context;
    const { manifest, contentHash } = await contentInWork(tx, row);
    const missing: Missing[] = [];
    const routes = [manifest.connection, ...manifest.otherRoutes.map(({ connection }) => connection)];
    for (const connectionId of routes) {
      const connection = await findConnection(tx, connectionId);
      if (!connection) missing.push('connectionNotThere');
      else if (connection.environment !== 'live') missing.push('connectionNotLive');
    }
    if (!(await isConformant(tx, vault, row.agencyId, contentHash))) missing.push('conformanceNotPassed');
    if (!(await this.isApproved(tx, row, contentHash))) missing.push('approvalNotGiven');
    return [...new Set(missing)];
  }

  /** Asked of the requests and decisions themselves: the stage alone is no proof that two people agreed. */
  private async isApproved(tx: Tx, row: OnboardingRow, contentHash: string): Promise<boolean> {
    const request = row.requestId === null ? null : await lockRequest(tx, row.requestId);
    if (request?.kind !== 'manifest' || request.subjectId !== row.agencyId) return false;
    if (stateOf(request, this.context.clock.nowMs()).state !== 'approved') return false;
    const payload = payloadOf(this.context, request) as ManifestPayload;
    return payload.version === row.version && payload.contentHash === contentHash;
  }
}

function checkRegions(served: readonly string[], wanted: readonly string[] | null): void {
  if (wanted === null) return;
  const unknown = wanted.filter((code) => !regionNames(code));
  if (unknown.length > 0) {
    throw new DomainError('invalid', 'region_unknown', { params: { regions: unknown.join(', ') } });
  }
  const within = rolledOutRegions(served, wanted);
  const outside = wanted.filter((code) => !within.includes(code));
  if (wanted.length === 0 || outside.length > 0) {
    throw new DomainError('invalid', 'region_not_served', { params: { regions: outside.join(', ') } });
  }
}
