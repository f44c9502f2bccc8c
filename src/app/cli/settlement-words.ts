import { problemTexts } from '../../http/problem.ts';
import { formatMinor } from '../../kernel/money.ts';
import {
  type AgencyStatement,
  APPROVALS_NEEDED,
  type InstructionRecord,
  type PayoutBatchRecord,
  type RoundOutcome,
  type Settlement,
  type SettlementOffice,
  type SettlementRecord,
} from '../../settlement/index.ts';
import { countOf } from './counts.ts';

const ITEMS_SHOWN = 50;

/** One settlement in a line. */
export function settlementLine(record: SettlementRecord): string {
  const { settlementId, agencyId, currency, window, totals, itemCount, heldCount, payout } = record;
  const dates = window.from === window.to ? window.from : `${window.from} – ${window.to}`;
  const amount = `${formatMinor(totals.payoutMinor, currency)} ${currency}`;
  const items = `${countOf(itemCount, 'item')}${heldCount > 0 ? `, ${heldCount} held` : ''}`;
  return `${settlementId}  ${agencyId.padEnd(40)}  ${dates}  ${amount.padStart(16)}  ${dueText(payout.state, window.dueOn)}; ${items}`;
}

const dueText = (state: string, dueOn: string): string =>
  state === 'none' ? 'nothing to pay' : state === 'due' ? `due on ${dueOn}` : state;

/** What a round came to for one agency, in a line for each settlement and one for what comes next. */
export function roundLines({
  agencyId,
  settled,
  outcome,
}: {
  agencyId: string;
  settled: readonly SettlementRecord[];
  outcome: RoundOutcome;
}): string[] {
  return [...settled.map((record) => `settled ${settlementLine(record)}`), ...nextLine(agencyId, outcome)];
}

function nextLine(agencyId: string, outcome: RoundOutcome): string[] {
  switch (outcome.kind) {
    case 'waiting':
      return [
        `waits   ${agencyId}: ${outcome.window.from} – ${outcome.window.to} is settled once these are matched: ${waitsForText(outcome.waitsFor)}`,
      ];
    case 'blocked':
      return [`blocked ${agencyId}: ${blockedText(outcome)}`];
    case 'notDue':
      return [`later   ${agencyId}: the next window is settled on ${outcome.window.dueOn}`];
    default:
      return [];
  }
}

function blockedText({ code, params }: Extract<RoundOutcome, { kind: 'blocked' }>): string {
  const { title, detail } = problemTexts(code, params, 'en');
  return `${title} [${code}]. ${detail}`;
}

function waitsForText(waits: Extract<RoundOutcome, { kind: 'waiting' }>['waitsFor']): string {
  return waits.map(({ businessDate, sourceIds }) => `${businessDate} of ${sourceIds.join(', ')}`).join('; ');
}

/** One file of payouts in a line. */
export function payoutBatchLine(batch: PayoutBatchRecord): string {
  const { batchId, state, currency, totalMinor, approvals, instructionCount, sha256 } = batch;
  const statuses = Object.entries(batch.statuses).map(([status, count]) => `${count} ${status}`);
  const total = `${formatMinor(totalMinor, currency)} ${currency}`;
  return `${batchId}  ${state.padEnd(9)}  ${countOf(instructionCount, 'payout')} (${statuses.join(', ')}), ${total}; ${countOf(approvals.length, 'approval')}; SHA-256 ${sha256}`;
}

/** A file of payouts, and what comes next for it. */
export function payoutText(batch: PayoutBatchRecord): string {
  const { batchId, state, approvals, sha256 } = batch;
  const missing = APPROVALS_NEEDED - approvals.length;
  const next =
    missing > 0
      ? `${missing} more of finance approve it: civicpay settlement payout approve ${batchId} --sha256 ${sha256} --as …`
      : `It is approved: civicpay settlement payout send ${batchId} --out FOLDER --as …`;
  return [payoutBatchLine(batch), ...(state === 'waiting' ? [`  ${next}`] : [])].join('\n');
}

type Prepared = Awaited<ReturnType<SettlementOffice['payouts']['prepare']>>;

/** A file that was just made, and who is not in it. */
export function preparedText({ batch, notPayable }: Prepared): string {
  const why = {
    accountMissing: 'it has no account to be paid to',
    accountInvalid: 'its account is not valid',
  };
  return [
    payoutText(batch),
    ...notPayable.map((one) => `  not in it: ${one.agencyId}, ${one.settlementId}: ${why[one.why]}`),
  ].join('\n');
}

/** Each payout of a file, and what the bank has said of it. */
export function instructionLine(
  { instructionId, agencyId, settlementId, amountMinor, status, answer, contradiction }: InstructionRecord,
  currency: string,
): string {
  const said = [answer, contradiction].filter((text) => text !== null).map((text) => `: ${text}`);
  return `  ${instructionId}  ${agencyId}  ${settlementId}  ${formatMinor(amountMinor, currency)} ${currency}  ${status}${said.join('')}`;
}

type Taken = Awaited<ReturnType<SettlementOffice['answers']['take']>>;

/** What a bank's answer has changed. */
export function answerText({ batch, isRepeated, changes }: Taken): string {
  if (isRepeated) return `${batch.batchId}: this answer was taken in before`;
  if (changes.length === 0) return `${batch.batchId}: the answer changes nothing`;
  return changes
    .map(({ instructionId, before, after, code }) => {
      const why = code === null ? '' : ` (${code})`;
      const next =
        after === 'contradiction' ? `stays ${before}, and the bank contradicts itself: ask it` : after;
      return `${batch.batchId}  ${instructionId}  ${before} → ${next}${why}`;
    })
    .join('\n');
}

/** A settlement with what it comes to, what is in it, and what is held. */
export function settlementDetailText(
  record: SettlementRecord,
  { settlement, lines }: AgencyStatement,
): string {
  const amount = (minor: number) => `${formatMinor(minor, record.currency)} ${record.currency}`;
  const items = lines
    .slice(0, ITEMS_SHOWN)
    .map(({ item, netMinor }) => `  ${item.itemId}  ${item.kind}  ${item.businessDate}  ${amount(netMinor)}`);
  const left = lines.length - ITEMS_SHOWN;
  return [
    settlementLine(record),
    ...totalLines(settlement),
    ...items,
    ...(left > 0 ? [`  and ${left} more: write them all with --out FOLDER`] : []),
    ...heldLines(settlement),
  ].join('\n');
}

/** What a settlement comes to, as far as it is not zero. */
export function totalLines({ totals, currency }: Pick<Settlement, 'totals' | 'currency'>): string[] {
  return Object.entries(totals)
    .filter(([name, minor]) => minor !== 0 || name === 'payoutMinor')
    .map(
      ([name, minor]) =>
        `  ${name.replace(/Minor$/, '').padEnd(18)}${formatMinor(minor, currency).padStart(18)}`,
    );
}

export const heldLines = ({ held }: Pick<Settlement, 'held'>): string[] =>
  held.map(({ item, reason }) => `  held ${item.itemId}: ${reason}`);

type MonthOf = Awaited<ReturnType<SettlementOffice['months']['accounts']>>;

/** The trial balance of a month: debits are positive, and each currency comes to zero. */
export function monthText(month: string, { closed, accounts }: MonthOf): string {
  const line = (account: string, currency: string, columns: readonly string[]) =>
    [account.padEnd(44), currency, ...columns.map((text) => text.padStart(18))].join(' ');
  const amounts = (account: string, currency: string, minors: readonly number[]) =>
    line(
      account,
      currency,
      minors.map((minor) => formatMinor(minor, currency)),
    );
  const rows = accounts.map(({ accountCode, currency, ...of }) => ({
    ...{ accountCode, currency },
    minors: [of.openingMinor, of.debitMinor, of.creditMinor, of.closingMinor],
  }));
  const sums = new Map<string, number[]>();
  for (const { currency, minors } of rows) {
    const before = sums.get(currency);
    sums.set(currency, before ? minors.map((minor, at) => minor + (before[at] ?? 0)) : minors);
  }
  return [
    closed
      ? `${month} is closed: ${closed.journalCount} journals, SHA-256 ${closed.sha256}`
      : `${month} is open`,
    line('account', 'cur', ['opening', 'debits', 'credits', 'closing']),
    ...rows.map(({ accountCode, currency, minors }) => amounts(accountCode, currency, minors)),
    ...[...sums].map(([currency, minors]) => amounts('all', currency, minors)),
  ].join('\n');
}
