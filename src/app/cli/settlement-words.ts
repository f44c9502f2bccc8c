import { formatMinor } from '../../kernel/money.ts';
import type { PayoutBatchRecord, RoundOutcome, SettlementRecord } from '../../settlement/index.ts';

/** One settlement in a line. */
export function settlementLine(record: SettlementRecord): string {
  const { settlementId, agencyId, currency, window, totals, itemCount, heldCount, payout } = record;
  const dates = window.from === window.to ? window.from : `${window.from} – ${window.to}`;
  const amount = `${formatMinor(totals.payoutMinor, currency)} ${currency}`;
  const items = `${itemCount} items${heldCount > 0 ? `, ${heldCount} held` : ''}`;
  return `${settlementId}  ${agencyId.padEnd(40)}  ${dates}  ${amount.padStart(16)}  ${payoutText(payout.state, window.dueOn)}; ${items}`;
}

const payoutText = (state: string, dueOn: string): string =>
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
      return [`blocked ${agencyId}: ${outcome.code} ${JSON.stringify(outcome.params)}`];
    case 'notDue':
      return [`later   ${agencyId}: the next window is settled on ${outcome.window.dueOn}`];
    default:
      return [];
  }
}

function waitsForText(waits: Extract<RoundOutcome, { kind: 'waiting' }>['waitsFor']): string {
  return waits.map(({ businessDate, sourceIds }) => `${businessDate} of ${sourceIds.join(', ')}`).join('; ');
}

/** One file of payouts in a line. */
export function payoutBatchLine(batch: PayoutBatchRecord): string {
  const { batchId, state, currency, totalMinor, approvals, instructionCount, sha256 } = batch;
  const statuses = Object.entries(batch.statuses).map(([status, count]) => `${count} ${status}`);
  const total = `${formatMinor(totalMinor, currency)} ${currency}`;
  return `${batchId}  ${state.padEnd(9)}  ${instructionCount} payouts (${statuses.join(', ')}), ${total}; ${approvals.length} approvals; SHA-256 ${sha256}`;
}
