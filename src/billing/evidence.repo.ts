import { createHash } from 'node:crypto';
import type { Exchange } from '../agencies/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import type { Tx } from '../infra/db/index.ts';
import { newId, shardHintOf } from '../kernel/ids.ts';

/** What was said in one call about one payment. */
export interface Evidence {
  paymentId: string;
  connectionId: string;
  operation: string;
  exchanges: readonly Exchange[];
}

const SEALED_EXCHANGE = 'exchanges.sealed';
const SEALED_NOTIFICATION = 'notifications.sealed_body';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const MAX_KEPT_BYTES = 4 * 1024 ** 2;
const keptOf = (body: Uint8Array) => (body.length > MAX_KEPT_BYTES ? new Uint8Array() : body);

/** Bytes as text, one character a byte: lossless, and no longer than the bytes where they are ASCII. */
const asText = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** Keeps requests and answers as they were, sealed and hashed. Law 5. */
export async function insertEvidence(tx: Tx, vault: Vault, evidence: readonly Evidence[]): Promise<void> {
  await insertExchanges(
    tx,
    vault,
    evidence.map(({ paymentId, ...call }) => ({ ...call, subjectId: paymentId })),
  );
}

/**
 * The same for calls about anything that has an id. Of an answer that is too long for its column, such as a statement of a million
 * rows, the hash is kept: its rows are kept as they came elsewhere.
 */
export async function insertExchanges(
  tx: Tx,
  vault: Vault,
  calls: readonly (Omit<Evidence, 'paymentId'> & { subjectId: string })[],
): Promise<void> {
  const rows = calls.flatMap(({ subjectId, connectionId, operation, exchanges }) =>
    exchanges.map((exchange) => ({
      exchange_id: newId('exc', exchange.atMs, shardHintOf(subjectId)),
      subject_id: subjectId,
      connection_id: connectionId,
      operation,
      at_ms: exchange.atMs,
      duration_ms: Math.round(exchange.durationMs),
      method: exchange.method,
      url: exchange.url.slice(0, 500),
      http_status: exchange.status,
      result: exchange.result,
      sealed_request: vault.seal(asText(exchange.requestBody), SEALED_EXCHANGE),
      sealed_response: vault.seal(asText(keptOf(exchange.responseBody)), SEALED_EXCHANGE),
      request_sha256: sha256(exchange.requestBody),
      response_sha256: sha256(exchange.responseBody),
    })),
  );
  if (rows.length > 0) await tx('exchanges').insert(rows);
}

/** One authentic message that the other side sent unasked. */
export interface Notification {
  connectionId: string;
  eventId: string;
  rawBody: Uint8Array;
}

/** As its column takes it: the other side may name its events as it likes. */
const storableEventId = (eventId: string) =>
  /^[\x21-\x7e]{1,128}$/.test(eventId) ? eventId : `sha256:${sha256(Buffer.from(eventId))}`;

/** Keeps notifications as they came; one that was delivered before is the same row. */
export async function insertNotifications(
  tx: Tx,
  vault: Vault,
  notifications: readonly Notification[],
  nowMs: number,
): Promise<void> {
  if (notifications.length === 0) return;
  await tx('notifications')
    .insert(
      notifications.map(({ connectionId, eventId, rawBody }) => ({
        connection_id: connectionId,
        event_id: storableEventId(eventId),
        received_at_ms: nowMs,
        sealed_body: vault.seal(asText(rawBody), SEALED_NOTIFICATION),
        body_sha256: sha256(rawBody),
      })),
    )
    .onConflict(['connection_id', 'event_id'])
    .ignore();
}
