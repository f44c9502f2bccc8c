import { createHash } from 'node:crypto';
import type { Manifest } from '../../../src/contract/index.ts';
import { readSigningKey, readVerifyingKey } from '../keys.ts';
import type { ConformanceReport } from './conformance.types.ts';

/** A report and who vouches for it. */
export interface SignedReport {
  report: ConformanceReport;
  keyId: string;
  /** Over the report's canonical JSON, base64. */
  signature: string;
}

/** Signs a report with a private key (PKCS #8, base64). */
export function signReport(
  report: ConformanceReport,
  { keyId, privateKey }: { keyId: string; privateKey: string },
): SignedReport {
  const signature = Buffer.from(readSigningKey(privateKey).sign(bytesOf(report))).toString('base64');
  return { report, keyId, signature };
}

/** Whether a report is as the holder of this public key (SubjectPublicKeyInfo, base64) signed it. */
export function verifyReport({ report, signature }: SignedReport, publicKey: string): boolean {
  return readVerifyingKey(publicKey).verify(bytesOf(report), Buffer.from(signature, 'base64'));
}

/** SHA-256 of a manifest's canonical JSON, hexadecimal: the same for equal content, whatever the order of its members. */
export function manifestHashOf(manifest: Manifest): string {
  return createHash('sha256').update(canonicalJson(manifest)).digest('hex');
}

function bytesOf(report: ConformanceReport): Uint8Array {
  return Buffer.from(canonicalJson(report));
}

/** JSON with the members of every object in the order of their names (RFC 8785 for the values that occur here). */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
