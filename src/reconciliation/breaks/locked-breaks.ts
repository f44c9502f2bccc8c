import { agenciesOfPayments } from '../../billing/index.ts';
import type { Tx } from '../../infra/db/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { StoredBreak } from './break.types.ts';
import { rowsOfBreaks } from './break-rows.repo.ts';
import { paymentIdsOf, type SourceOfBreaks } from './breaks.context.ts';
import { lockBreaks } from './breaks.repo.ts';
import { type Resolvable, suspenseMinorOf } from './resolving.rules.ts';

/** A break that is locked until the transaction ends, with what of it is to be resolved. */
export interface LockedBreak extends Resolvable {
  found: StoredBreak;
  /** Whose payments it is about; null when nobody knows, or when they are several agencies'. */
  agencyId: string | null;
}

type SourceMoney = Pick<SourceOfBreaks, 'currency' | 'soleAgencyId'>;

/**
 * Locks the breaks, all of which have to be in the state, and reads what of each stands in suspense. Throws DomainError
 * `break_not_found`, `break_not_open`.
 */
export async function lockToResolve(
  tx: Tx,
  breakIds: readonly string[],
  source: SourceMoney,
  state: StoredBreak['state'],
): Promise<LockedBreak[]> {
  const found = await lockBreaks(tx, breakIds);
  if (found.length !== new Set(breakIds).size) throw new DomainError('notFound', 'break_not_found');
  const other = found.find((one) => one.state !== state);
  if (other) throw new DomainError('conflict', 'break_not_open', { params: { breakId: other.breakId } });
  return readToResolve(tx, found, source);
}

/** Reads what of locked breaks stands in suspense, and whose payments they are about. */
export async function readToResolve(
  tx: Tx,
  found: readonly StoredBreak[],
  { currency, soleAgencyId }: SourceMoney,
): Promise<LockedBreak[]> {
  const rows = await rowsOfBreaks(
    tx,
    found.map(({ breakId }) => breakId),
  );
  const mentioned = new Map(found.map(({ breakId }) => [breakId, paymentIdsOf(rows.get(breakId) ?? [])]));
  const agencies = await agenciesOfPayments(tx, [...mentioned.values()].flat());
  return found.map((one) => {
    const about = (mentioned.get(one.breakId) ?? []).filter((paymentId) => agencies.has(paymentId));
    return {
      found: one,
      suspenseMinor: suspenseMinorOf(one, rows.get(one.breakId) ?? [], currency),
      paymentId: theOnlyOf(about),
      agencyId: theOnlyOf([...new Set(about.flatMap((id) => agencies.get(id) ?? []))]) ?? soleAgencyId,
    };
  });
}

function theOnlyOf(values: readonly string[]): string | null {
  return values.length === 1 ? (values[0] ?? null) : null;
}
