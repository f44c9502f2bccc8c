import { createHash } from 'node:crypto';
import type { Vault } from '../../infra/crypto/index.ts';
import { type Db, type Tx, toInt } from '../../infra/db/index.ts';
import type { AttachedEvidence } from './break.types.ts';

const SEALED_BYTES = 'break_evidence.sealed_bytes';
const SEALED_NAME = 'break_evidence.sealed_file_name';

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export async function insertEvidence(
  tx: Tx,
  vault: Vault,
  evidence: AttachedEvidence,
  bytes: Uint8Array,
): Promise<void> {
  await tx('break_evidence').insert({
    evidence_id: evidence.evidenceId,
    break_id: evidence.breakId,
    sealed_file_name: vault.seal(evidence.fileName, SEALED_NAME),
    media_type: evidence.mediaType,
    size_bytes: evidence.sizeBytes,
    sha256: evidence.sha256,
    sealed_bytes: vault.sealBytes(bytes, SEALED_BYTES),
    attached_by: evidence.attachedBy,
    attached_at_ms: evidence.attachedAtMs,
  });
}

const COLUMNS = [
  'evidence_id',
  'break_id',
  'sealed_file_name',
  'media_type',
  'size_bytes',
  'sha256',
  'attached_by',
  'attached_at_ms',
] as const;

/** Without the bytes, oldest first. */
export async function evidenceOfBreak(
  db: Db | Tx,
  vault: Vault,
  breakId: string,
): Promise<AttachedEvidence[]> {
  const rows = await db('break_evidence')
    .where('break_id', breakId)
    .orderBy('evidence_id')
    .select(...COLUMNS);
  return rows.map((row) => toEvidence(row, vault));
}

/** As it was attached. Throws Error when the stored bytes are not what they were. */
export async function readEvidence(
  db: Db,
  vault: Vault,
  breakId: string,
  evidenceId: string,
): Promise<{ evidence: AttachedEvidence; bytes: Uint8Array } | null> {
  const row = await db('break_evidence').where({ break_id: breakId, evidence_id: evidenceId }).first();
  if (!row) return null;
  const evidence = toEvidence(row, vault);
  const bytes = vault.openBytes(row.sealed_bytes, SEALED_BYTES);
  if (sha256Of(bytes) !== evidence.sha256) throw new Error('evidence that is not what was attached');
  return { evidence, bytes };
}

function toEvidence(row: Record<string, unknown>, vault: Vault): AttachedEvidence {
  return {
    evidenceId: String(row.evidence_id),
    breakId: String(row.break_id),
    fileName: vault.open(String(row.sealed_file_name), SEALED_NAME),
    mediaType: String(row.media_type),
    sizeBytes: toInt(row.size_bytes),
    sha256: String(row.sha256),
    attachedBy: String(row.attached_by),
    attachedAtMs: toInt(row.attached_at_ms),
  };
}
