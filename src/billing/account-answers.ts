import type { Agency, Route } from '../agencies/index.ts';
import type {
  AccountHolder,
  AccountInputs,
  Bill,
  Plan,
  PlansOutcome,
  QueryOutcome,
  Reason,
  ValidationOutcome,
} from '../contract/index.ts';
import { DomainError } from '../kernel/errors.ts';
import type { BillingDeps } from './billing.deps.ts';

/** What asking an agency about an account comes to, whatever kind of asking its manifest names. */
export type AccountAnswer =
  | {
      kind: 'due';
      holder: AccountHolder;
      bills: readonly Bill[];
      queryReference: string;
      account?: string;
    }
  /** There is such an account, as far as anybody asked; the resident says how much. */
  | { kind: 'payable'; holder: AccountHolder | null; queryReference?: string; account?: string }
  | {
      kind: 'plans';
      holder: AccountHolder;
      plans: readonly Plan[];
      queryReference?: string;
      account?: string;
    }
  | { kind: 'nothingDue'; holder: AccountHolder; nextBillOn?: string }
  | { kind: 'noSuchAccount'; reason: Reason }
  | { kind: 'closedNow'; reason: Reason; opensAtMs?: number }
  | { kind: 'unavailable'; reason: Reason };

/** Asks an agency in the way of its query kind. Throws `agency_has_no_bills` for one that has services only. */
export async function askAgency(
  { agencies }: Pick<BillingDeps, 'agencies'>,
  agency: Agency,
  route: Route,
  inputs: AccountInputs,
): Promise<AccountAnswer> {
  const { connectionId } = route;
  const request = { agencyCode: route.agencyCode, inputs };
  const { gateway } = agencies;
  switch (agency.manifest.queryKind) {
    case 'fetch': {
      const called = await gateway.provider(connectionId, 'queryBills', request, notUnderstood, busy);
      return called.outcome satisfies QueryOutcome;
    }
    case 'validate': {
      const called = await gateway.provider(connectionId, 'validateAccount', request, notUnderstood, busy);
      const outcome: ValidationOutcome = called.outcome;
      return outcome.kind === 'valid' ? { ...outcome, kind: 'payable' } : outcome;
    }
    case 'plan': {
      const called = await gateway.provider(connectionId, 'plans', request, notUnderstood, busy);
      return called.outcome satisfies PlansOutcome;
    }
    case 'direct':
      return { kind: 'payable', holder: null };
    case 'none':
      throw new DomainError('invalid', 'agency_has_no_bills');
  }
}

const unavailable = (code: 'answer_not_understood' | 'too_busy') => ({
  kind: 'unavailable' as const,
  reason: { code, source: 'civicpay' as const },
});
const notUnderstood = unavailable('answer_not_understood');
const busy = unavailable('too_busy');
