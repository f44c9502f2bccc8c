import type { Manifest } from '../../../src/contract/index.ts';
import { type PaymentAnswer, type PaymentRequest, paymentAnswerSchema } from '../wire.ts';
import type { Check } from './checks.types.ts';
import { Mismatch } from './conformance.types.ts';
import { newReference } from './probe.ts';
import { parsed, type Session, said } from './session.ts';

const AT_ONCE = 10;

/** What paying must do, once per reference. */
export const PAYMENT_CHECKS: Check[] = [
  {
    id: 'payment-posted',
    appliesTo: () => true,
    async run(session) {
      const payable = await session.payable();
      const { reference } = payable.request;
      const answer = await session.mustPay(payable.request);
      const asked = await session.query(reference);
      if (asked.outcome !== 'accepted' || asked.agencyReference !== answer.agencyReference) {
        throw new Mismatch(`asked by reference: ${said(asked)}`);
      }
      if (session.manifest.queryKind === 'fetch') {
        const left = await session.bills(payable.account.inputs);
        const paid = payable.request.bills.map(({ billId }) => billId);
        if (left.outcome === 'due' && left.bills.some(({ billId }) => paid.includes(billId))) {
          throw new Mismatch('the bill is still due');
        }
      }
    },
  },
  {
    id: 'amount-wrong',
    appliesTo: ({ manifest }) => wrongAmountsMinor(manifest, 2).length > 0,
    async run(session) {
      const { request } = await session.payable();
      for (const amountMinor of wrongAmountsMinor(session.manifest, request.amount.amountMinor)) {
        await mustReject(session, withAmount(request, amountMinor));
      }
    },
  },
  {
    id: 'refusal-final',
    appliesTo: ({ manifest }) => wrongAmountsMinor(manifest, 2).length > 0,
    async run(session) {
      const { request } = await session.payable();
      const [amountMinor = 1] = wrongAmountsMinor(session.manifest, request.amount.amountMinor);
      const wrong = withAmount(request, amountMinor);
      await mustReject(session, wrong);
      const asked = await session.query(wrong.reference);
      if (asked.outcome !== 'rejected') throw new Mismatch(`asked by reference: ${said(asked)}`);
      const again = await session.pay({ ...request, reference: wrong.reference });
      if (again.outcome !== 'rejected' && again.outcome !== 'duplicate') throw new Mismatch(said(again));
    },
  },
  {
    id: 'timeout-then-query',
    appliesTo: () => true,
    async run(session) {
      const payable = await session.payable();
      const { request } = payable;
      await session.probe.try('/payments', request, { isAnswerLost: true });
      const asked = session.noted(request, await session.query(request.reference));
      if (asked.outcome !== 'accepted' && asked.outcome !== 'notAttempted') throw new Mismatch(said(asked));
      await session.mustPay(request);
      await mustBePostedOnce(session, request.reference);
    },
  },
  {
    id: 'duplicate-same',
    appliesTo: () => true,
    async run(session) {
      const payable = await session.payable();
      const first = await session.mustPay(payable.request);
      const again = await session.pay(payable.request);
      mustBeSame(first, again);
      await mustBePostedOnce(session, payable.request.reference);
    },
  },
  {
    id: 'duplicate-different',
    appliesTo: () => true,
    async run(session) {
      const payable = await session.payable();
      await session.mustPay(payable.request);
      const other = withAmount(payable.request, payable.request.amount.amountMinor + 100);
      const reply = await session.probe.ask('/payments', { ...other, reference: payable.request.reference });
      const answer = parsed(reply, paymentAnswerSchema);
      if (answer.outcome !== 'duplicate') throw new Mismatch(said(answer));
    },
  },
  {
    id: 'duplicate-concurrent',
    appliesTo: () => true,
    async run(session) {
      const payable = await session.payable();
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => session.pay(payable.request)));
      const [first] = answers.filter(({ outcome }) => outcome === 'accepted');
      if (!first) throw new Mismatch('none was accepted');
      for (const answer of answers) mustBeSame(first, answer);
      await mustBePostedOnce(session, payable.request.reference);
    },
  },
  {
    id: 'request-replayed',
    appliesTo: () => true,
    async run(session) {
      const payable = await session.payable();
      const { request } = payable;
      const sent = session.probe.prepare('/payments', request);
      const first = await session.probe.send(sent);
      if (!first) throw new Mismatch('no answer');
      session.noted(request, parsed(first, paymentAnswerSchema));
      // Whether it is answered or refused does not matter.
      await session.probe.send(sent);
      await mustBePostedOnce(session, request.reference);
    },
  },
  {
    id: 'bill-paid-once',
    appliesTo: ({ manifest }) => manifest.queryKind === 'fetch',
    async run(session) {
      const payable = await session.payable();
      const other = { ...payable.request, reference: newReference() };
      const answers = await Promise.all([session.pay(payable.request), session.pay(other)]);
      const outcomes = answers.map(({ outcome }) => outcome).sort();
      if (outcomes.join() !== 'accepted,rejected') throw new Mismatch(`at once: ${outcomes.join(' and ')}`);
      const third = { ...payable.request, reference: newReference() };
      const answer = await session.pay(third);
      if (answer.outcome !== 'rejected' || answer.reason.code !== 'bill_already_paid') {
        throw new Mismatch(`afterwards: ${said(answer)}`);
      }
    },
  },
  {
    id: 'durable',
    appliesTo: ({ restart }) => restart !== undefined,
    async run(session) {
      const payable = await session.payable();
      const first = await session.mustPay(payable.request);
      await session.restart?.();
      await session.untilAnswering();
      const asked = await session.query(payable.request.reference);
      if (asked.outcome !== 'accepted') throw new Mismatch(`asked after the restart: ${said(asked)}`);
      mustBeSame(first, await session.pay(payable.request));
      await mustBePostedOnce(session, payable.request.reference);
    },
  },
];

async function mustReject(session: Session, request: PaymentRequest): Promise<void> {
  session.notPosted.add(request.reference);
  const answer = await session.pay(request);
  if (answer.outcome !== 'rejected') throw new Mismatch(`${request.amount.amountMinor}: ${said(answer)}`);
  if (!/^(amount_changed|amount_not_allowed|limit_exceeded)$/.test(answer.reason.code)) {
    throw new Mismatch(`the reason is ${answer.reason.code}`);
  }
}

async function mustBePostedOnce(session: Session, reference: string): Promise<void> {
  if (!session.has('fetchStatement')) return;
  const times = await session.timesPosted(reference);
  if (times !== 1) throw new Mismatch(`it is ${times} times in the statement`);
}

function mustBeSame(first: PaymentAnswer, again: PaymentAnswer): void {
  if (again.outcome === 'duplicate') return;
  const isSame =
    first.outcome === 'accepted' &&
    again.outcome === 'accepted' &&
    again.agencyReference === first.agencyReference;
  if (!isSame) throw new Mismatch(`told again: ${said(again)}, and not the same as before`);
}

/** The same payment under a new reference, of another amount: of its first bill, where it has one. */
function withAmount(request: PaymentRequest, amountMinor: number): PaymentRequest {
  const offMinor = amountMinor - request.amount.amountMinor;
  const bills = request.bills.map((bill, index) =>
    index === 0
      ? { ...bill, amount: { ...bill.amount, amountMinor: bill.amount.amountMinor + offMinor } }
      : bill,
  );
  return { ...request, bills, amount: { ...request.amount, amountMinor }, reference: newReference() };
}

/** Amounts that the manifest does not allow, as near to one that it allows as can be. */
function wrongAmountsMinor({ amountRule, queryKind }: Manifest, rightMinor: number): number[] {
  const isStated = queryKind === 'fetch' || queryKind === 'plan';
  switch (amountRule.kind) {
    case 'exact':
      return isStated ? [rightMinor - 1, rightMinor + 1].filter((minor) => minor > 0) : [];
    case 'atLeast':
      return isStated && rightMinor > 1 ? [rightMinor - 1] : [];
    case 'atMost':
      return isStated ? [rightMinor + 1] : [];
    case 'any':
      return amountRule.minimumMinor > 1 ? [amountRule.minimumMinor - 1] : [];
    case 'range':
      return [amountRule.minimumMinor - 1, amountRule.maximumMinor + 1].filter((minor) => minor > 0);
    case 'multipleOf':
      return amountRule.stepMinor > 1 ? [rightMinor + 1] : [];
  }
}
