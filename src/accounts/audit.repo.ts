import { type Db, type Tx, toInt } from '../infra/db/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { isId, newId, randomShardHint } from '../kernel/ids.ts';
import type { AuditEvent, RecordedAuditEvent } from './accounts.types.ts';

interface AuditRow {
  event_id: string;
  at_ms: string;
  actor_kind: RecordedAuditEvent['actor']['kind'];
  actor_id: string | null;
  action: string;
  object_kind: string | null;
  object_id: string | null;
  outcome: string;
  trace_id: string | null;
  address_index: string | null;
  detail: string;
}

/**
 * Appends to the audit trail: pass the transaction of what is recorded, so that neither is there without the other.
 * One statement, however many events. The table refuses changes.
 */
export async function recordAudit(db: Db | Tx, ...events: readonly AuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  await db('audit_events').insert(
    events.map((event) => ({
      event_id: newId('aud', event.atMs, randomShardHint()),
      at_ms: event.atMs,
      actor_kind: event.actor.kind,
      actor_id: event.actor.id,
      action: event.action,
      object_kind: event.object?.kind ?? null,
      object_id: event.object?.id ?? null,
      outcome: event.outcome,
      trace_id: event.traceId,
      address_index: event.addressIndex,
      detail: JSON.stringify(event.detail ?? {}),
    })),
  );
}

/** The audit trail, newest first, a page at a time; `cursor` is the last event id of the page before. */
export async function listAuditEvents(
  db: Db,
  page: { limit: number; cursor?: string },
): Promise<{ items: RecordedAuditEvent[]; nextCursor: string | null }> {
  if (page.cursor !== undefined && !isId('aud', page.cursor))
    throw new DomainError('invalid', 'cursor_invalid');
  const query = db<AuditRow>('audit_events')
    .orderBy('event_id', 'desc')
    .limit(page.limit + 1);
  if (page.cursor !== undefined) query.where('event_id', '<', page.cursor);
  const rows = await query;
  const items = rows.slice(0, page.limit).map(fromRow);
  return { items, nextCursor: rows.length > page.limit ? (items.at(-1)?.eventId ?? null) : null };
}

function fromRow(row: AuditRow): RecordedAuditEvent {
  return {
    eventId: row.event_id,
    atMs: toInt(row.at_ms),
    actor: { kind: row.actor_kind, id: row.actor_id },
    action: row.action,
    object: row.object_kind === null ? null : { kind: row.object_kind, id: row.object_id ?? '' },
    outcome: row.outcome,
    traceId: row.trace_id,
    addressIndex: row.address_index,
    detail: JSON.parse(row.detail) as RecordedAuditEvent['detail'],
  };
}
