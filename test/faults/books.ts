import type { BankBooks } from '../../sandbox/bank/control.ts';
import type { Posting } from '../../sandbox/power-agency/agency.ts';
import type { Db } from '../../src/infra/db/index.ts';
import { balancesThatDiffer, trialBalance } from '../../src/ledger/index.ts';
import type { Order } from './payers.ts';
import { FINAL } from './rest.ts';
import type { World } from './world.ts';

interface PaymentFacts {
  paymentId: string;
  status: string;
  amountMinor: number;
  debitedMinor: number | null;
  /** Amounts of its journals, by kind. */
  journals: Map<string, number[]>;
  /** Statuses in order; versions must be without a gap. */
  steps: { version: number; status: string }[];
  bills: readonly { billId: string }[];
  heldBills: number;
}

/** What a run came to, for its report. */
export interface Totals {
  payments: number;
  byStatus: Record<string, number>;
  debitedMinor: number;
  postedMinor: number;
  refundedMinor: number;
  openMinor: number;
}

export interface Audit {
  totals: Totals;
  /** One line for each thing that is wrong; empty when all is well. */
  violations: string[];
}

/**
 * Compares three sets of books, payment by payment: ours, the bank's and the power company's. Each was kept by a process of
 * its own; only ours died again and again.
 */
export async function auditBooks(world: World, orders: readonly Order[]): Promise<Audit> {
  const [payments, bank, postings] = await Promise.all([
    readPayments(world.db),
    world.bank.bankBooks(),
    world.power.postings(),
  ]);
  const totals = totalsOf(payments);
  const violations = [
    ...payments.flatMap((payment) => ownFaults(payment)),
    ...payments.flatMap((payment) => bankFaults(payment, bank)),
    ...payments.flatMap((payment) => agencyFaults(payment, postings)),
    ...strangers(payments, bank, postings),
    ...orderFaults(orders, payments),
    ...(await ledgerFaults(world.db)),
    ...(await taskFaults(world.db, payments)),
  ];
  if (totals.debitedMinor !== totals.postedMinor + totals.refundedMinor + totals.openMinor) {
    violations.push(`debited is not posted + refunded + open: ${JSON.stringify(totals)}`);
  }
  return { totals, violations };
}

async function readPayments(db: Db): Promise<PaymentFacts[]> {
  const rows = await db('payments').orderBy('payment_id');
  const steps = await db('payment_steps').orderBy(['payment_id', 'version']);
  const claims = await db('bill_claims').whereNull('released_at_ms');
  const journals = await db('journals as j')
    .join('entries as e', 'e.journal_id', 'j.journal_id')
    .where('e.line_no', 1)
    .select('j.subject_id', 'j.kind', 'e.debit_minor', 'e.credit_minor');
  const byId = new Map<string, PaymentFacts>(
    rows.map((row) => [
      row.payment_id,
      {
        paymentId: row.payment_id,
        status: row.status,
        amountMinor: Number(row.amount_minor),
        debitedMinor: row.debited_minor === null ? null : Number(row.debited_minor),
        journals: new Map(),
        steps: [],
        bills: JSON.parse(row.bills),
        heldBills: 0,
      },
    ]),
  );
  for (const { payment_id, version, status } of steps) {
    byId.get(payment_id)?.steps.push({ version: Number(version), status });
  }
  for (const { payment_id } of claims) {
    const holder = byId.get(payment_id);
    if (holder) holder.heldBills++;
  }
  for (const { subject_id, kind, debit_minor, credit_minor } of journals) {
    const kinds = byId.get(subject_id)?.journals;
    kinds?.set(kind, [...(kinds.get(kind) ?? []), Number(debit_minor) + Number(credit_minor)]);
  }
  return [...byId.values()];
}

/** What journals a payment has by its status. */
const JOURNALS_AT: Readonly<Record<string, readonly string[]>> = {
  posted: ['debit', 'posting'],
  refunded: ['debit', 'refund'],
  debitFailed: [],
  expired: [],
};
const HAS_MONEY = /^(debited|posting|refund)/;

function ownFaults(payment: PaymentFacts): string[] {
  const { paymentId, status, journals, steps } = payment;
  const faults: string[] = [];
  const wanted = JOURNALS_AT[status] ?? (HAS_MONEY.test(status) ? ['debit'] : []);
  if ([...journals.keys()].sort().join() !== [...wanted].sort().join()) {
    faults.push(`${paymentId} is ${status} with journals ${[...journals.keys()].join()}`);
  }
  for (const [kind, amounts] of journals) {
    if (amounts.length !== 1 || amounts[0] !== payment.debitedMinor) {
      faults.push(`${paymentId} has ${kind} journals over ${amounts.join()}`);
    }
  }
  const finals = steps.filter((step) => FINAL.includes(step.status));
  const last = steps.at(-1);
  if (steps.some((step, index) => step.version !== index + 1) || last?.status !== status) {
    faults.push(`${paymentId} has a broken history: ${JSON.stringify(steps)}`);
  }
  if (FINAL.includes(status) ? finals.length !== 1 : finals.length !== 0) {
    faults.push(`${paymentId} ended ${finals.length} times: ${JSON.stringify(steps)}`);
  }
  if (payment.heldBills > 0 === FINAL.includes(status)) {
    faults.push(`${paymentId} is ${status} and holds ${payment.heldBills} bills`);
  }
  return faults;
}

function bankFaults({ paymentId, status, amountMinor, debitedMinor }: PaymentFacts, bank: BankBooks) {
  const faults: string[] = [];
  const debits = bank.movements.filter(
    ({ kind, merchantNo }) => kind === 'debit' && merchantNo === paymentId,
  );
  const refunds = bank.movements.filter(
    ({ kind, merOrderNo }) => kind === 'refund' && merOrderNo === paymentId,
  );
  const isDebited = status === 'posted' || status === 'refunded';
  const isNot = status === 'debitFailed' || status === 'expired';
  const taken = debits.map(({ amountFen }) => amountFen).join();
  if (isDebited && taken !== String(debitedMinor)) {
    faults.push(`${paymentId} is ${status}, and the bank has debits of ${taken || 'nothing'}`);
  }
  if (isNot && debits.length > 0) faults.push(`${paymentId} is ${status}, and the bank debited ${taken}`);
  if (debits.length > 1) faults.push(`${paymentId} was debited ${debits.length} times`);
  if (isDebited && debitedMinor !== amountMinor) faults.push(`${paymentId} was debited another amount`);
  const returned = refunds.map(({ amountFen }) => amountFen).join();
  const wanted = status === 'refunded' ? String(debitedMinor) : '';
  if (FINAL.includes(status) && returned !== wanted) {
    faults.push(`${paymentId} is ${status}, and the bank refunded ${returned || 'nothing'}`);
  }
  return faults;
}

function agencyFaults({ paymentId, status, amountMinor, bills }: PaymentFacts, postings: readonly Posting[]) {
  const own = postings.filter(({ reference }) => reference === paymentId);
  const wanted = status === 'posted' ? 1 : 0;
  if (FINAL.includes(status) && own.length !== wanted) {
    return [`${paymentId} is ${status}, and the power company posted it ${own.length} times`];
  }
  const ids = bills
    .map(({ billId }) => billId)
    .sort()
    .join();
  return own
    .filter((posting) => posting.amountMinor !== amountMinor || [...posting.billIds].sort().join() !== ids)
    .map((posting) => `${paymentId} was posted as ${JSON.stringify(posting)}`);
}

/** Money that moved outside and that we know nothing of, and bills that were written off twice. */
function strangers(payments: readonly PaymentFacts[], bank: BankBooks, postings: readonly Posting[]) {
  const known = new Set(payments.map(({ paymentId }) => paymentId));
  const billIds = postings.flatMap((posting) => posting.billIds);
  return [
    ...bank.orders
      .filter(({ merOrderNo }) => !known.has(merOrderNo))
      .map(({ merOrderNo }) => `the bank has an order that we don't know: ${merOrderNo}`),
    ...postings
      .filter(({ reference }) => !known.has(reference))
      .map(({ reference }) => `the power company has a posting that we don't know: ${reference}`),
    ...billIds
      .filter((billId, index) => billIds.indexOf(billId) !== index)
      .map((billId) => `the bill ${billId} was posted twice`),
    ...(bank.trialBalanceFen === 0 ? [] : [`the bank's own books are off by ${bank.trialBalanceFen}`]),
  ];
}

/** Each order has a bill of its own, so each ends in exactly one payment that is still there, and none is refused. */
function orderFaults(orders: readonly Order[], payments: readonly PaymentFacts[]): string[] {
  const known = new Set(payments.map(({ paymentId }) => paymentId));
  const faults = orders.flatMap(({ idempotencyKey, paymentIds, refusedAs }) => {
    if (refusedAs !== null) return [`the order ${idempotencyKey} was refused: ${refusedAs}`];
    if (paymentIds.size !== 1)
      return [`the order ${idempotencyKey} made ${[...paymentIds].join() || 'none'}`];
    return [...paymentIds]
      .filter((paymentId) => !known.has(paymentId))
      .map((paymentId) => `${paymentId} was acknowledged, and is gone`);
  });
  if (orders.length !== payments.length) {
    faults.push(`${orders.length} orders made ${payments.length} payments`);
  }
  return faults;
}

async function ledgerFaults(db: Db): Promise<string[]> {
  const { balanced, currencies } = await trialBalance(db);
  const differing = await balancesThatDiffer(db);
  return [
    ...(balanced ? [] : [`the trial balance is off: ${currencies.map((row) => row.differenceMinor).join()}`]),
    ...differing.map((account) => `the balance of ${account} is not the sum of its entries`),
  ];
}

async function taskFaults(db: Db, payments: readonly PaymentFacts[]): Promise<string[]> {
  const tasks = await db('tasks').select('task_id', 'state', 'last_error');
  const ids = new Set(tasks.map((task) => task.task_id));
  return [
    ...payments
      .filter(({ paymentId, status }) => FINAL.includes(status) === ids.has(paymentId))
      .map(
        ({ paymentId, status }) =>
          `${paymentId} is ${status} and has ${ids.has(paymentId) ? 'a' : 'no'} task`,
      ),
    ...tasks
      .filter((task) => task.last_error !== null)
      .map((task) => `the task ${task.task_id} failed: ${task.last_error}`),
  ];
}

function totalsOf(payments: readonly PaymentFacts[]): Totals {
  const totals: Totals = {
    payments: payments.length,
    byStatus: {},
    debitedMinor: 0,
    postedMinor: 0,
    refundedMinor: 0,
    openMinor: 0,
  };
  for (const { status, debitedMinor } of payments) {
    const minor = debitedMinor ?? 0;
    totals.byStatus[status] = (totals.byStatus[status] ?? 0) + 1;
    totals.debitedMinor += minor;
    if (status === 'posted') totals.postedMinor += minor;
    else if (status === 'refunded') totals.refundedMinor += minor;
    else totals.openMinor += minor;
  }
  return totals;
}
