import type { PaymentRequest } from '../wire.ts';
import type { Check } from './checks.types.ts';
import { Mismatch } from './conformance.types.ts';
import { newReference } from './probe.ts';
import { type Payable, type Session, said } from './session.ts';

/** What taking a payment back must do, and that the statement says what was done. */
export const UNDOING_CHECKS: Check[] = [
  {
    id: 'reversal',
    appliesTo: (session) => session.has('reverse'),
    run: (session) => mustUndo(session, 'reverse'),
  },
  {
    id: 'refund',
    appliesTo: (session) => session.has('refund'),
    run: (session) => mustUndo(session, 'refund'),
  },
  {
    id: 'undoing-refused',
    appliesTo: (session) => session.has('reverse') || session.has('refund'),
    async run(session) {
      const way = session.has('reverse') ? 'reverse' : 'refund';
      const payable = await session.payable();
      const { request } = payable;
      await session.mustPay(request);
      const never: PaymentRequest = { ...request, reference: newReference() };
      const more = { ...request.amount, amountMinor: request.amount.amountMinor + 1 };
      for (const [what, wrong] of [
        ['a payment that never was', never],
        ['more than was paid', { ...request, amount: more }],
      ] as const) {
        const { outcome } = await undoWithoutNoting(session, way, wrong);
        if (outcome !== 'rejected') throw new Mismatch(`${what}: ${outcome}`);
      }
    },
  },
  {
    id: 'statement-complete',
    appliesTo: (session) => session.has('fetchStatement'),
    run: mustBeStated,
  },
];

async function mustUndo(session: Session, way: 'reverse' | 'refund'): Promise<void> {
  const payable = await session.payable();
  const { request } = payable;
  await session.mustPay(request);
  const reference = newReference();
  const first = await session.undo(way, request, reference);
  if (first.outcome !== 'accepted') throw new Mismatch(said(first));
  const again = await session.undo(way, request, reference);
  const isSame = again.outcome === 'accepted' && again.agencyReference === first.agencyReference;
  if (!isSame && again.outcome !== 'duplicate') throw new Mismatch(`told again: ${said(again)}`);
  const another = await undoWithoutNoting(session, way, request);
  if (another.outcome !== 'rejected') throw new Mismatch(`under a second reference: ${another.outcome}`);
  await mustBeDueAgain(session, payable);
  if (!session.has('fetchStatement')) return;
  const rows = await session.rows();
  const isPosted = rows.some((row) => row.kind === 'payment' && row.reference === request.reference);
  const refunds = rows.filter((row) => row.kind === 'refund' && row.reference === reference).length;
  if (way === 'reverse' && isPosted) throw new Mismatch('what was reversed is in the statement');
  if (way === 'refund' && !(isPosted && refunds === 1)) {
    throw new Mismatch(
      `the payment is ${isPosted ? '' : 'not '}in the statement, its refund ${refunds} times`,
    );
  }
}

async function mustBeDueAgain(session: Session, { account, request }: Payable): Promise<void> {
  if (session.manifest.queryKind !== 'fetch') return;
  const answer = await session.bills(account.inputs);
  const due = answer.outcome === 'due' ? answer.bills.map(({ billId }) => billId) : [];
  if (!request.bills.every(({ billId }) => due.includes(billId)))
    throw new Mismatch('the bill is not due again');
}

async function undoWithoutNoting(
  session: Session,
  way: 'reverse' | 'refund',
  { reference: originalReference, amount }: PaymentRequest,
): Promise<{ outcome: string }> {
  const request = session.addressed({ reference: newReference(), originalReference, amount });
  const reply = await session.probe.ask(`/payments/${way}`, request);
  return { outcome: String((reply.json as { outcome?: unknown } | undefined)?.outcome) };
}

/** Every payment of this run that stands is in the statement, once, with its amount; and none that does not stand. */
async function mustBeStated(session: Session): Promise<void> {
  // One that stands, whatever the checks before have taken back.
  const { request } = await session.payable();
  await session.mustPay(request);
  const rows = await session.rows();
  for (const [reference, { amount }] of session.posted) {
    const found = rows.filter((row) => row.kind === 'payment' && row.reference === reference);
    if (found.length !== 1) throw new Mismatch(`a payment is ${found.length} times in the statement`);
    if (found[0]?.amountMinor !== amount.amountMinor || found[0].currency !== amount.currency) {
      throw new Mismatch('an amount in the statement is not what was paid');
    }
  }
  for (const [reference, { amount }] of session.refunded) {
    const found = rows.filter((row) => row.kind === 'refund' && row.reference === reference);
    if (found.length !== 1 || found[0]?.amountMinor !== amount.amountMinor) {
      throw new Mismatch(`a refund is ${found.length} times in the statement, or of another amount`);
    }
  }
  if (rows.some((row) => session.notPosted.has(row.reference))) {
    throw new Mismatch('what was refused is in the statement');
  }
}
