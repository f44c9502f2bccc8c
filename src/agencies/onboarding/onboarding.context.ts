import { recordAudit } from '../../accounts/index.ts';
import type { Logger } from '../../contract/index.ts';
import type { Vault } from '../../infra/crypto/index.ts';
import type { Db, Tx } from '../../infra/db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId, randomShardHint } from '../../kernel/ids.ts';
import type { Agencies } from '../agencies.service.ts';
import type { PlugIns } from '../agencies.types.ts';
import { insertNotice } from './onboarding.repo.ts';
import type { Actor, ConformanceKit } from './onboarding.types.ts';

/** What every part of onboarding works with. */
export interface OnboardingContext {
  db: Db;
  vault: Vault;
  clock: Clock;
  log: Logger;
  plugIns: PlugIns;
  agencies: Pick<Agencies, 'refresh' | 'gateway'>;
  /** By kind of connection. For a kind without one, the contract suite's report is attached by hand. */
  conformanceKits: Readonly<Record<string, ConformanceKit>>;
  /** Between the approval of another settlement account and its taking effect. Default a day. */
  settlementWaitMs?: number;
}

/** What a column's values are sealed under; changing one makes what is stored unreadable. */
export const SEALED = { approvalPayload: 'approval_requests.payload' } as const;

/** Writes to the audit trail, in the transaction of what is done. */
export async function record(
  tx: Tx,
  { clock }: Pick<OnboardingContext, 'clock'>,
  by: Actor,
  action: string,
  object: { kind: string; id: string },
  detail: Readonly<Record<string, string | number | boolean | null>> = {},
): Promise<void> {
  const { kind, id, traceId, addressIndex } = by;
  const actor = { kind, id };
  await recordAudit(tx, {
    atMs: clock.nowMs(),
    actor,
    action,
    object,
    outcome: 'ok',
    traceId,
    addressIndex,
    detail,
  });
}

/** Tells an agency what was done about it. */
export async function notify(
  tx: Tx,
  { clock }: Pick<OnboardingContext, 'clock'>,
  agencyId: string,
  kind: string,
  params: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const createdAtMs = clock.nowMs();
  const noticeId = newId('ntc', createdAtMs, randomShardHint());
  await insertNotice(tx, agencyId, { noticeId, kind, params, createdAtMs });
}
