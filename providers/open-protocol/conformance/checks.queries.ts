import type { Check } from './checks.types.ts';
import { Mismatch } from './conformance.types.ts';
import { type Session, said } from './session.ts';

/** How far the agency's clock may be from ours, in either direction. */
const CLOCK_TOLERANCE_SECONDS = 60;
const LONG_AGO_DAYS = 400;
const DAY_MS = 86_400_000;

/** What is asked before anything is paid. */
export const QUERY_CHECKS: Check[] = [
  {
    id: 'bill-due',
    appliesTo: ({ manifest }) => manifest.queryKind === 'fetch',
    async run(session) {
      const answer = await session.bills(firstDue(session));
      if (answer.outcome !== 'due') throw new Mismatch(said(answer));
      mustBeMasked(answer.holder);
    },
  },
  {
    id: 'account-valid',
    appliesTo: ({ manifest }) => manifest.queryKind === 'validate',
    async run(session) {
      const answer = await session.validation(firstDue(session));
      if (answer.outcome !== 'valid') throw new Mismatch(said(answer));
      mustBeMasked(answer.holder);
    },
  },
  {
    id: 'plans-offered',
    appliesTo: ({ manifest }) => manifest.queryKind === 'plan',
    async run(session) {
      const answer = await session.plans(firstDue(session));
      if (answer.outcome !== 'plans' || answer.plans.length === 0) throw new Mismatch(said(answer));
      mustBeMasked(answer.holder);
      const ids = new Set(answer.plans.map(({ planId }) => planId));
      if (ids.size < answer.plans.length) throw new Mismatch('two plans of one id');
      if (answer.plans.some(({ price }) => price.amountMinor <= 0))
        throw new Mismatch('a plan without a price');
    },
  },
  {
    id: 'nothing-due',
    appliesTo: ({ manifest }) => manifest.queryKind === 'fetch',
    async run(session) {
      const { nothingDue } = session.accounts;
      if (!nothingDue) throw new Mismatch('no test account is given under "nothingDue"');
      const answer = await session.bills(nothingDue);
      if (answer.outcome !== 'nothingDue') throw new Mismatch(said(answer));
    },
  },
  {
    id: 'account-not-found',
    appliesTo: asksFirst,
    async run(session) {
      const { unknown } = session.accounts;
      if (!unknown) throw new Mismatch('no inputs are given under "unknown"');
      const outcome = await outcomeOfQuestion(session, session.about(unknown));
      if (outcome !== 'noSuchAccount') throw new Mismatch(outcome);
    },
  },
  {
    id: 'fields-unknown',
    appliesTo: asksFirst,
    async run(session) {
      const outcome = await outcomeOfQuestion(session, {
        ...session.about(firstDue(session)),
        addedInALaterVersion: { of: ['the protocol'] },
      });
      if (outcome !== session.question()?.found) throw new Mismatch(outcome);
    },
  },
  {
    id: 'answer-signed',
    appliesTo: () => true,
    async run(session) {
      const { probe } = session;
      const request = session.addressed({ reference: 'cfk_answer_signed' });
      const [first, second] = [
        probe.prepare('/payments/query', request),
        probe.prepare('/payments/query', request),
      ];
      const reply = await probe.send(first);
      if (!reply) throw new Mismatch('no answer');
      if (reply.signatureFault) throw new Mismatch(reply.signatureFault);
      // The same answer must not pass for that to another request.
      const other = await probe.send({ ...first, headers: second.headers });
      if (other?.signatureFault) throw new Mismatch(`the second answer: ${other.signatureFault}`);
    },
  },
  {
    id: 'clock-right',
    appliesTo: () => true,
    async run(session) {
      const { probe } = session;
      const request = session.addressed({ reference: 'cfk_clock_right' });
      const reply = await probe.ask('/payments/query', request);
      const offSeconds = Math.round(reply.signedAtSeconds - probe.nowMs() / 1000);
      // NaN when it is missing.
      if (!(Math.abs(offSeconds) <= CLOCK_TOLERANCE_SECONDS)) throw new Mismatch(`${offSeconds} seconds off`);
    },
  },
  {
    id: 'reference-unknown',
    appliesTo: () => true,
    async run(session) {
      const answer = await session.query('cfk_never_used');
      if (answer.outcome !== 'notAttempted') throw new Mismatch(said(answer));
    },
  },
  {
    id: 'closed',
    appliesTo: () => true,
    async run(session) {
      const { agencyCode = session.manifest.agencyCode, inputs } = session.accounts.closed;
      const about = { ...(agencyCode === undefined ? {} : { agencyCode }), inputs };
      const question = session.question();
      if (question) {
        const outcome = await outcomeOfQuestion(session, about);
        if (outcome !== 'closedNow') throw new Mismatch(`asked: ${outcome}`);
      }
      const { request } = await session.payable();
      session.notPosted.add(request.reference);
      const answer = await session.pay({ ...request, ...about });
      if (answer.outcome !== 'notAttempted') throw new Mismatch(`paid: ${said(answer)}`);
    },
  },
  {
    id: 'statement-empty',
    appliesTo: ({ manifest }) => manifest.capabilities.includes('fetchStatement'),
    async run({ probe }) {
      const businessDate = new Date(probe.nowMs() - LONG_AGO_DAYS * DAY_MS).toISOString().slice(0, 10);
      const reply = await probe.ask('/statements/query', { businessDate });
      const { outcome } = (reply.json ?? {}) as { outcome?: unknown };
      if (outcome !== 'emptyDay') throw new Mismatch(String(outcome ?? reply.contentType));
    },
  },
];

function asksFirst({ manifest }: Pick<Session, 'manifest'>): boolean {
  return ['fetch', 'validate', 'plan'].includes(manifest.queryKind);
}

function firstDue({ accounts }: Session): Record<string, string> {
  return accounts.due[0]?.inputs ?? {};
}

async function outcomeOfQuestion(session: Session, request: object): Promise<string> {
  const question = session.question();
  if (!question) throw new Mismatch('nothing is asked before paying');
  const reply = await session.probe.ask(question.path, request);
  return String((reply.json as { outcome?: unknown } | undefined)?.outcome);
}

function mustBeMasked({
  maskedName = '*',
  maskedAddress = '*',
}: {
  maskedName?: string;
  maskedAddress?: string;
}) {
  if (!maskedName.includes('*')) throw new Mismatch('a name that is not masked');
  if (!maskedAddress.includes('*')) throw new Mismatch('an address that is not masked');
}
