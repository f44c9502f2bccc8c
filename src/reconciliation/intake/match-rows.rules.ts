import type { MatchRow } from '../matching/matching.types.ts';
import type { StatementDetail, StatementRow } from '../statements/statement.types.ts';

/** What looks like a reference of a payment and nothing else. */
const REFERENCE = /^[\w-]{8,64}$/;

interface Reading {
  /** Their debits are what was collected. */
  isMirrored: boolean;
  /** Of rows that say no date of their own; without it the value date is taken. */
  businessDate?: string;
}

/**
 * The rows to match of one line of a statement: one or, of a batch booking whose payments are listed and add up to it, one for each.
 * A batch booking that can't be taken apart is a settlement.
 */
export function matchRowsOf(row: StatementRow, reading: Reading): MatchRow[] {
  const whole = matchRowOf(row, reading);
  const details = row.details.length > 0 ? detailRowsOf(row, whole, reading) : null;
  if (details) return details;
  return [row.details.length > 1 ? { ...whole, kind: 'settlement' } : whole];
}

function matchRowOf(row: StatementRow, { isMirrored, businessDate }: Reading): MatchRow {
  const isIn = (row.direction === 'credit') !== isMirrored;
  // Where money goes back, banks may say in the text what for.
  const inMemo = !isIn && row.memo !== null && REFERENCE.test(row.memo) ? row.memo : null;
  return {
    line: row.line,
    ref: row.ref,
    channelRef: row.bankRef,
    originalRef: row.originalRef ?? inMemo,
    text: textOf(row),
    amountMinor: signed(row.amountMinor, isIn),
    // What is given back goes with the fee that was kept of it.
    feeMinor: signed(row.feeMinor, isIn),
    batch: row.batch,
    currency: row.currency ?? '',
    bookedOn: row.bookedOn ?? businessDate ?? row.valueOn,
    status: row.isBooked ? 'final' : 'pending',
    kind: row.isSettlement ? 'settlement' : row.isReversal ? 'refund' : 'payment',
  };
}

/** Null where what is listed is not all, or says less than is needed. */
function detailRowsOf(row: StatementRow, whole: MatchRow, { isMirrored }: Reading): MatchRow[] | null {
  if (row.details.some(({ ref, bankRef }) => !ref && !bankRef)) return null;
  let sumMinor = 0;
  const rows: MatchRow[] = [];
  for (const detail of row.details) {
    const { amountMinor, currency, direction, ref, bankRef } = detail;
    if (amountMinor === null || (currency ?? row.currency) !== row.currency) return null;
    const isIn = (direction === 'credit') !== isMirrored;
    const amount = signed(amountMinor, isIn);
    sumMinor += amount;
    rows.push({
      ...whole,
      ref,
      channelRef: bankRef,
      originalRef: null,
      text: textOf(detail),
      amountMinor: amount,
      feeMinor: 0,
    });
  }
  return sumMinor === whole.amountMinor ? rows : null;
}

const signed = (amountMinor: number, isIn: boolean) => (isIn ? amountMinor : 0 - amountMinor);

const textOf = ({ counterparty, memo }: Pick<StatementDetail, 'counterparty' | 'memo'>) =>
  counterparty || memo ? `${counterparty ?? ''}|${memo ?? ''}` : null;
