import type { Vault } from '../../infra/crypto/index.ts';
import { bulkInsert, type Db, type Tx, toInt } from '../../infra/db/index.ts';

/** Who did it where nobody did. */
export const SYSTEM = 'system';

export const BREAK_EVENTS = [
  'opened',
  'foundAgain',
  'matched',
  'superseded',
  'asked',
  'held',
  'handedOver',
  'resent',
  'proposed',
  'approved',
  'rejected',
  'withdrawn',
  'resolved',
  'reopened',
  'assigned',
  'commented',
  'evidenceAttached',
  'split',
] as const;
export type BreakEventKind = (typeof BREAK_EVENTS)[number];

/** Something that happened to a break. */
export interface BreakEvent {
  breakId: string;
  /** The break's version once it had happened; 1 is its opening. */
  version: number;
  event: BreakEventKind;
  /** A person's id, or `system`. */
  actor: string;
  /** What the person wrote. */
  reason?: string | null;
  /** Ids, codes and amounts: nothing personal. */
  details?: Readonly<Record<string, unknown>>;
  atMs: number;
}

const SEALED_REASON = 'break_events.sealed_reason';

/** Writes what happened to breaks, in the transaction of what happened. A version that is taken violates the primary key. */
export async function recordBreakEvents(tx: Tx, vault: Vault, events: readonly BreakEvent[]): Promise<void> {
  await bulkInsert(tx, 'break_events', events, (one) => ({
    break_id: one.breakId,
    version: one.version,
    event: one.event,
    actor: one.actor,
    sealed_reason: one.reason ? vault.seal(one.reason, SEALED_REASON) : null,
    details: JSON.stringify(one.details ?? {}),
    at_ms: one.atMs,
  }));
}

/** A break's history, oldest first. */
export async function eventsOfBreak(db: Db | Tx, vault: Vault, breakId: string): Promise<BreakEvent[]> {
  const rows = await db('break_events').where('break_id', breakId).orderBy('version');
  return rows.map((row) => ({
    breakId: row.break_id,
    version: toInt(row.version),
    event: row.event,
    actor: row.actor,
    reason: row.sealed_reason && vault.open(row.sealed_reason, SEALED_REASON),
    details: JSON.parse(row.details),
    atMs: toInt(row.at_ms),
  }));
}
