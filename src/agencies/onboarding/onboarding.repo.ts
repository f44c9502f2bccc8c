import type { LocalText } from '../../contract/index.ts';
import { type Db, isUniqueViolation, type Tx, toInt } from '../../infra/db/index.ts';
import { type HeadRow, headOf } from '../versions.repo.ts';
import type { AgencyNotice, ConformanceRecord, Onboarding, Stage } from './onboarding.types.ts';

/** How far the version being worked on has come. */
export interface OnboardingRow {
  agencyId: string;
  stage: Stage;
  version: number;
  requestId: string | null;
  updatedAtMs: number;
}

/** Locked until the transaction ends. */
export async function lockOnboarding(tx: Tx, agencyId: string): Promise<OnboardingRow | null> {
  const row = await tx('onboardings').where({ agency_id: agencyId }).forUpdate().first();
  return row ? rowOf(row) : null;
}

function rowOf(row: Record<string, unknown>): OnboardingRow {
  return {
    agencyId: String(row.agency_id),
    stage: row.stage as Stage,
    version: toInt(row.version),
    requestId: row.request_id as string | null,
    updatedAtMs: toInt(row.updated_at_ms),
  };
}

/** Of two who add one at once, one gets a unique violation. */
export async function insertOnboarding(tx: Tx, row: OnboardingRow): Promise<void> {
  await tx('onboardings').insert(columnsOf(row));
}

export async function updateOnboarding(tx: Tx, row: OnboardingRow): Promise<void> {
  await tx('onboardings').where({ agency_id: row.agencyId }).update(columnsOf(row));
}

function columnsOf(row: OnboardingRow) {
  return {
    agency_id: row.agencyId,
    stage: row.stage,
    version: row.version,
    request_id: row.requestId,
    updated_at_ms: row.updatedAtMs,
  };
}

/** How many one call adopts at most: the first list after thousands were put there must not wait for all of them. */
const ADOPTED_AT_ONCE = 500;

/** Gives agencies that an operator put live directly, or one of them, their row: what they have is live. */
export async function adoptAgencies(db: Db, agencyId?: string): Promise<void> {
  const query = db('agencies')
    .leftJoin('onboardings', 'onboardings.agency_id', 'agencies.agency_id')
    .whereNull('onboardings.agency_id')
    .orderBy('agencies.agency_id')
    .limit(ADOPTED_AT_ONCE);
  if (agencyId !== undefined) query.where('agencies.agency_id', agencyId);
  const rows = await query.select('agencies.agency_id', 'agencies.live_version', 'agencies.updated_at_ms');
  for (const row of rows) {
    const version = toInt(row.live_version);
    try {
      await db('onboardings').insert(
        columnsOf({
          agencyId: row.agency_id,
          stage: 'live',
          version,
          requestId: null,
          updatedAtMs: toInt(row.updated_at_ms),
        }),
      );
    } catch (error) {
      // Somebody else adopted it meanwhile.
      if (!isUniqueViolation(error)) throw error;
    }
  }
}

type OnboardingJoin = HeadRow & { manifest: string } & Record<string, unknown>;

export async function findOnboarding(db: Db, agencyId: string): Promise<Onboarding | null> {
  const row = await joined(db).where('o.agency_id', agencyId).first();
  return row ? onboardingOf(row) : null;
}

/** In the order of their agencies' ids, after `afterId`. */
export async function findOnboardings(
  db: Db,
  { stage, afterId, limit }: { stage?: Stage; afterId: string | null; limit: number },
): Promise<Onboarding[]> {
  const query = joined(db).orderBy('o.agency_id').limit(limit);
  if (stage) query.where('o.stage', stage);
  if (afterId !== null) query.where('o.agency_id', '>', afterId);
  return (await query).map(onboardingOf);
}

function joined(db: Db) {
  return db('onboardings as o')
    .join('agency_manifests as m', (on) =>
      on.on('m.agency_id', 'o.agency_id').andOn('m.version', 'o.version'),
    )
    .leftJoin('agencies as a', 'a.agency_id', 'o.agency_id')
    .select<OnboardingJoin[]>('a.*', 'o.*', 'm.manifest');
}

function onboardingOf(row: OnboardingJoin): Onboarding {
  const { names, category } = JSON.parse(row.manifest) as { names: LocalText; category: string };
  const head = row.live_version === null ? null : headOf(row);
  return {
    ...rowOf(row),
    names,
    category,
    status: head?.status ?? 'notLive',
    statusReason: head?.statusReason ?? null,
    liveVersion: head && head.status !== 'scheduled' ? head.liveVersion : null,
    next: head?.next ?? null,
    rollout: head?.rollout ?? null,
  };
}

export async function insertReport(tx: Tx, report: ConformanceRecord): Promise<void> {
  await tx('conformance_reports').insert({
    agency_id: report.agencyId,
    report_id: report.reportId,
    content_hash: report.contentHash,
    source: report.source,
    result: report.passed ? 'passed' : 'failed',
    report: report.report,
    signature: report.signature,
    made_by: report.madeBy,
    made_at_ms: report.madeAtMs,
  });
}

/** Newest first; of one content only, where its hash is given. */
export async function findReports(
  db: Db | Tx,
  agencyId: string,
  { contentHash, limit }: { contentHash?: string; limit: number },
): Promise<ConformanceRecord[]> {
  const query = db('conformance_reports')
    .where({ agency_id: agencyId })
    .orderBy('report_id', 'desc')
    .limit(limit);
  if (contentHash !== undefined) query.where({ content_hash: contentHash });
  const rows = await query;
  return rows.map((row) => ({
    agencyId,
    reportId: row.report_id,
    contentHash: row.content_hash,
    source: row.source,
    passed: row.result === 'passed',
    report: row.report,
    signature: row.signature,
    madeBy: row.made_by,
    madeAtMs: toInt(row.made_at_ms),
  }));
}

export async function insertNotice(tx: Tx, agencyId: string, notice: AgencyNotice): Promise<void> {
  await tx('agency_notices').insert({
    agency_id: agencyId,
    notice_id: notice.noticeId,
    kind: notice.kind,
    params: JSON.stringify(notice.params),
    created_at_ms: notice.createdAtMs,
  });
}

/** Newest first, before `beforeId`. */
export async function findNotices(
  db: Db,
  agencyId: string,
  { beforeId, limit }: { beforeId: string | null; limit: number },
): Promise<AgencyNotice[]> {
  const query = db('agency_notices').where({ agency_id: agencyId }).orderBy('notice_id', 'desc').limit(limit);
  if (beforeId !== null) query.where('notice_id', '<', beforeId);
  const rows = await query;
  return rows.map((row) => ({
    noticeId: row.notice_id,
    kind: row.kind,
    params: JSON.parse(row.params) as AgencyNotice['params'],
    createdAtMs: toInt(row.created_at_ms),
  }));
}
