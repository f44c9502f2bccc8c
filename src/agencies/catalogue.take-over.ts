import { recordAudit } from '../accounts/index.ts';
import type { Manifest } from '../contract/index.ts';
import type { Tx } from '../infra/db/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { findConnection } from './agencies.repo.ts';
import { contentHash } from './agencies.rules.ts';
import { checkConnection } from './agencies.service.ts';
import type { CatalogueEntry } from './catalogue.types.ts';
import type { OnboardingContext } from './onboarding/onboarding.context.ts';
import { insertOnboarding, updateOnboarding } from './onboarding/onboarding.repo.ts';
import { statusAfter } from './onboarding/onboarding.rules.ts';
import type { Actor } from './onboarding/onboarding.types.ts';
import { lockInWork, lockKnown } from './onboarding/versions-in-work.ts';
import { EVERYWHERE, findVersion, insertManifest, release, setStatus } from './versions.repo.ts';

const NO_MORE_CARRIED = {
  'zh-CN': '接入该单位的通道不再提供其缴费。',
  en: 'The connection that carried it does so no more.',
};

/** Who takes something over, for the audit trail and the releases. */
interface TakingOver {
  /** Null in a demo, where nobody is asked. */
  by: Actor | null;
  requestId: string | null;
}

/**
 * Puts entries in effect, in a transaction that holds the connection's lock: all of them, or none. Throws `go_live_blocked`, and
 * whatever stands in the way of one.
 */
export async function takeOver(
  { clock, plugIns }: Pick<OnboardingContext, 'clock' | 'plugIns'>,
  tx: Tx,
  connectionId: string,
  entries: readonly CatalogueEntry[],
  { by, requestId }: TakingOver,
): Promise<void> {
  const nowMs = clock.nowMs();
  const connection = await findConnection(tx, connectionId);
  if (connection?.environment !== 'live' && entries.some(({ proposed }) => proposed)) {
    throw new DomainError('conflict', 'go_live_blocked', { params: { missing: 'connectionNotLive' } });
  }
  for (const entry of entries) {
    if (entry.proposed) await publish(plugIns, tx, entry.proposed, { by, requestId }, nowMs);
    else await retire(tx, entry.agencyId, nowMs);
  }
  await recordAudit(
    tx,
    ...entries.map(({ agencyId, change }) => ({
      atMs: nowMs,
      actor: by ? { kind: by.kind, id: by.id } : { kind: 'system' as const, id: null },
      action: change === 'removed' ? 'agency.retire' : 'agency.takeOver',
      object: { kind: 'agency', id: agencyId },
      outcome: 'ok',
      traceId: by?.traceId ?? null,
      addressIndex: by?.addressIndex ?? null,
      detail: { connectionId, requestId },
    })),
  );
}

async function publish(
  plugIns: OnboardingContext['plugIns'],
  tx: Tx,
  manifest: Manifest,
  { by, requestId }: TakingOver,
  nowMs: number,
): Promise<void> {
  const agencyId = manifest.id;
  if (manifest.otherRoutes.length > 0) await checkConnection({ db: tx, plugIns }, manifest);
  const inWork = await lockInWork(tx, agencyId, nowMs);
  const version = await insertManifest(tx, manifest, contentHash(manifest), nowMs);
  const rollout = inWork?.head?.rollout ?? EVERYWHERE;
  const what = { agencyId, version, effectiveFromMs: nowMs, rollout, requestId };
  await release(tx, inWork?.head ?? null, { ...what, manifest, releasedBy: by?.id ?? null }, nowMs);
  const row = { agencyId, stage: 'live', version, requestId, updatedAtMs: nowMs } as const;
  if (!inWork) await insertOnboarding(tx, row);
  // A draft that somebody works on stays their work.
  else if (inWork.row.stage === 'live') await updateOnboarding(tx, row);
}
async function retire(tx: Tx, agencyId: string, nowMs: number): Promise<void> {
  const { head } = await lockKnown(tx, agencyId, nowMs);
  const live = head && (await findVersion(tx, agencyId, head.liveVersion));
  if (!head || !live) throw new Error('what is carried no more was never live');
  if (head.status === 'scheduled') {
    throw new DomainError('conflict', 'agency_status_wrong', { params: { status: head.status } });
  }
  const status = statusAfter(head.status, 'retire');
  await setStatus(tx, live, head, { status, reason: NO_MORE_CARRIED }, nowMs);
}
