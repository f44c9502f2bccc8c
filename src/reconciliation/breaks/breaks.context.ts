import { type DoneBy, recordAudit, type StaffMember } from '../../accounts/index.ts';
import type { Billing } from '../../billing/index.ts';
import type { Logger } from '../../contract/index.ts';
import type { Vault } from '../../infra/crypto/index.ts';
import type { Db, Tx } from '../../infra/db/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { StatementSource } from '../intake/intake.types.ts';
import type { BreakRow, StoredBreak } from './break.types.ts';
import { type BreakEvent, recordBreakEvents } from './break-events.repo.ts';
import { type BreakChange, updateBreak } from './breaks.repo.ts';

/** What every part of resolving works with. */
export interface BreaksDeps {
  db: Db;
  vault: Vault;
  clock: Clock;
  log: Logger;
  /** Throws DomainError `statement_source_not_found`. */
  sources: { get(sourceId: string): Promise<StatementSource> };
  /** The agencies that a connection carries. */
  agenciesOf(sourceId: string): Promise<readonly string[]>;
  /** Who may own breaks. */
  financeStaff(): Promise<StaffMember[]>;
  billing: Pick<Billing, 'reviews' | 'surplusRefunds'>;
}

/** Whose word a break is about. */
export interface SourceOfBreaks extends StatementSource {
  /** Of an agency's connection: the agency that everything concerns, when it carries one alone. */
  soleAgencyId: string | null;
}

/** Throws DomainError `statement_source_not_found`. */
export async function sourceOfBreaks(
  { sources, agenciesOf }: Pick<BreaksDeps, 'sources' | 'agenciesOf'>,
  sourceId: string,
): Promise<SourceOfBreaks> {
  const source = await sources.get(sourceId);
  const agencyIds = source.role === 'agency' ? await agenciesOf(sourceId) : [];
  return { ...source, soleAgencyId: agencyIds.length === 1 ? (agencyIds[0] ?? null) : null };
}

/** Makes the next version of a locked break and writes down what happened; returns that version. */
export async function changeBreak(
  tx: Tx,
  { vault, clock }: Pick<BreaksDeps, 'vault' | 'clock'>,
  before: StoredBreak,
  change: BreakChange,
  happened: Pick<BreakEvent, 'event' | 'actor' | 'reason' | 'details'>,
): Promise<StoredBreak> {
  await updateBreak(tx, before, change);
  const version = before.version + 1;
  const atMs = clock.nowMs();
  await recordBreakEvents(tx, vault, [{ breakId: before.breakId, version, atMs, ...happened }]);
  return { ...before, ...change, version };
}

/** Writes to the audit trail what a person did, in the transaction of what was done. */
export async function auditBreaks(
  tx: Tx,
  { clock }: Pick<BreaksDeps, 'clock'>,
  by: DoneBy,
  action: string,
  object: { kind: 'break' | 'breakResolution'; id: string },
  detail: Readonly<Record<string, string | number | null>> = {},
): Promise<void> {
  await recordAudit(tx, { ...by, atMs: clock.nowMs(), action, object, outcome: 'ok', detail });
}

/** The person that does it. */
export function personOf({ actor }: DoneBy): string {
  if (actor.id === null) throw new RangeError('somebody has to do it');
  return actor.id;
}

/** Our payments that rows are about. */
export function paymentIdsOf(rows: readonly BreakRow[]): string[] {
  return [...new Set(rows.filter((row) => row.isActive).flatMap((row) => row.paymentId ?? []))];
}
