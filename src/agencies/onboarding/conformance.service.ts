import { createHash } from 'node:crypto';
import type { Vault } from '../../infra/crypto/index.ts';
import { constantTimeEqual } from '../../infra/crypto/index.ts';
import { type Db, type Tx, transact } from '../../infra/db/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { newId, randomShardHint } from '../../kernel/ids.ts';
import { contentHash } from '../agencies.rules.ts';
import { loadConnection } from '../agencies.service.ts';
import { type ApprovalEffects, askApproval } from './approvals.service.ts';
import { notify, type OnboardingContext, record } from './onboarding.context.ts';
import { findReports, insertReport } from './onboarding.repo.ts';
import type { Actor, ConformanceRecord } from './onboarding.types.ts';
import { contentInWork, lockKnown, step, type VersionInWork } from './versions-in-work.ts';

const REPORTS_SHOWN = 50;

/** The report of a contract suite that somebody ran, for connections whose kind has no kit. */
export interface Attestation {
  /** What was run, where and with what result, in words. */
  summary: string;
  /** The report itself. */
  report: string;
}

interface AttestationPayload extends Attestation {
  version: number;
  contentHash: string;
}

/** Whether an agency does what its manifest says: going live needs a green report about that very content. */
export class ConformanceReports {
  private readonly context: OnboardingContext;

  constructor(context: OnboardingContext) {
    this.context = context;
  }

  /** Newest first; reports that are not as we signed them are left out. */
  async list(agencyId: string): Promise<ConformanceRecord[]> {
    const { db, vault } = this.context;
    const reports = await findReports(db, agencyId, { limit: REPORTS_SHOWN });
    return reports.filter((report) => isOurs(vault, report));
  }

  /**
   * Runs the kit against the agency's connection, here and now, and keeps the signed report. Refuses with
   * `onboarding_not_found`, `onboarding_stage_wrong` (enter the sandbox first), `connection_not_found`, `conformance_kit_missing`,
   * `test_accounts_invalid`, `manifest_changed` (while it ran).
   */
  async run(agencyId: string, testAccounts: unknown, by: Actor): Promise<ConformanceRecord> {
    const { db, clock, conformanceKits } = this.context;
    const before = await transact(db, async (tx) => {
      const { row } = await lockKnown(tx, agencyId, clock.nowMs());
      if (row.stage === 'draft') {
        throw new DomainError('conflict', 'onboarding_stage_wrong', { params: { stage: row.stage } });
      }
      return contentInWork(tx, row);
    });
    const connection = await loadConnection(this.context, before.connectionId);
    if (!connection) throw new DomainError('notFound', 'connection_not_found');
    const { kind } = connection;
    const kit = conformanceKits[kind];
    if (!kit) throw new DomainError('conflict', 'conformance_kit_missing', { params: { kind } });
    const result = await kit({ manifest: before.manifest, connection, testAccounts });
    return transact(db, async (tx) => {
      const inWork = await lockKnown(tx, agencyId, clock.nowMs());
      const { contentHash: now } = await contentInWork(tx, inWork.row);
      if (now !== before.contentHash) throw new DomainError('conflict', 'manifest_changed');
      const report = JSON.stringify(result.report);
      return this.keep(tx, inWork, { source: 'kit', passed: result.passed, report, contentHash: now }, by);
    });
  }

  /**
   * Asks a second person to accept the contract suite's report of this version instead of the kit's. Returns the
   * request's id. Refuses with `onboarding_not_found`, `onboarding_stage_wrong`.
   */
  attest(agencyId: string, attestation: Attestation, by: Actor): Promise<string> {
    const { db, clock } = this.context;
    return transact(db, async (tx) => {
      const { row } = await lockKnown(tx, agencyId, clock.nowMs());
      if (row.stage !== 'sandbox' && row.stage !== 'conformancePassed') {
        throw new DomainError('conflict', 'onboarding_stage_wrong', { params: { stage: row.stage } });
      }
      const content = await contentInWork(tx, row);
      const { version } = row;
      const payload: AttestationPayload = { ...attestation, version, contentHash: content.contentHash };
      return askApproval(tx, this.context, 'attestation', agencyId, payload, by);
    });
  }

  readonly attestationEffects: ApprovalEffects<AttestationPayload> = {
    approve: async (tx, request, payload, by) => {
      const { clock } = this.context;
      const inWork = await lockKnown(tx, request.subjectId, clock.nowMs());
      const content = await contentInWork(tx, inWork.row);
      if (content.contentHash !== payload.contentHash) throw new DomainError('conflict', 'manifest_changed');
      const { summary, report: text } = payload;
      const { submittedBy, requestId } = request;
      const report = JSON.stringify({ summary, report: text, attestedBy: submittedBy, requestId });
      const { contentHash: hash } = content;
      await this.keep(tx, inWork, { source: 'attested', passed: true, report, contentHash: hash }, by);
      return { takesEffectAtMs: null };
    },
    drop: async () => {},
    summary: ({ version, summary, report }) => ({
      version,
      summary,
      reportSha256: createHash('sha256').update(report).digest('hex'),
    }),
  };

  private async keep(
    tx: Tx,
    { row }: VersionInWork,
    result: Pick<ConformanceRecord, 'source' | 'passed' | 'report' | 'contentHash'>,
    by: Actor,
  ): Promise<ConformanceRecord> {
    const { clock, vault } = this.context;
    const { agencyId, version } = row;
    const madeAtMs = clock.nowMs();
    const reportId = newId('cfr', madeAtMs, randomShardHint());
    const unsigned = { ...result, reportId, agencyId, madeBy: by.id, madeAtMs };
    const kept = { ...unsigned, signature: signatureOf(vault, unsigned) };
    await insertReport(tx, kept);
    const event = result.passed ? 'conformancePassed' : 'conformanceFailed';
    // What was asked to be approved is not what it was thought to be.
    const requestId = result.passed || row.stage === 'live' ? row.requestId : null;
    await step(tx, row, event, { requestId, updatedAtMs: madeAtMs });
    const { source, passed } = result;
    const detail = { version, source, passed, reportId };
    await record(tx, this.context, by, 'agency.testConformance', { kind: 'agency', id: agencyId }, detail);
    await notify(tx, this.context, agencyId, 'conformance.tested', { version, passed });
    return kept;
  }
}

/** Whether the newest report about this content that we signed is green. */
export async function isConformant(
  db: Db | Tx,
  vault: Vault,
  agencyId: string,
  hash: string,
): Promise<boolean> {
  const reports = await findReports(db, agencyId, { contentHash: hash, limit: REPORTS_SHOWN });
  const ours = reports.filter((report) => isOurs(vault, report));
  const newestMs = Math.max(...ours.map(({ madeAtMs }) => madeAtMs));
  // Of two made in one millisecond nobody can say which came last: both have to be green.
  const newest = ours.filter(({ madeAtMs }) => madeAtMs === newestMs);
  return newest.length > 0 && newest.every(({ passed }) => passed);
}

function isOurs(vault: Vault, report: ConformanceRecord): boolean {
  return constantTimeEqual(report.signature, signatureOf(vault, report));
}

/** A keyed hash of the whole record: nobody without the vault's key can make one that counts. */
function signatureOf(vault: Vault, record: Omit<ConformanceRecord, 'signature'>): string {
  const { reportId, agencyId, contentHash: about, source, passed, report, madeBy, madeAtMs } = record;
  const signed = { reportId, agencyId, about, source, passed, report, madeBy, madeAtMs };
  return vault.blindIndex(contentHash(signed), 'conformance_reports.signature');
}
