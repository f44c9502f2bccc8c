import { matchSides } from '../../src/reconciliation/matching/match-sides.ts';
import type { MatchRow, SideRole } from '../../src/reconciliation/matching/matching.types.ts';
import { RowTable } from '../../src/reconciliation/matching/row-table.ts';
import { matchingRulesSchema } from '../../src/reconciliation/matching/rules.ts';
import { TextPool } from '../../src/reconciliation/matching/text-pool.ts';

export interface MatchOptions {
  rules?: unknown;
  roles?: [SideRole, SideRole];
  /** The one day that both files cover; what their rows say without it. */
  covers?: string;
  isRightLate?: boolean;
}

let lastLine = 0;

/** A row with a line of its own: a payment of 100.00 CNY on 21 November 2026, unless said otherwise. */
export function row(ref: string | null, more: Partial<MatchRow> = {}): MatchRow {
  lastLine++;
  return { line: lastLine, ref, amountMinor: 10_000, currency: 'CNY', bookedOn: '2026-11-21', ...more };
}

/** Matches rows, and tells the result in their references. */
export function matchRows(
  lefts: readonly MatchRow[],
  rights: readonly MatchRow[],
  options: MatchOptions = {},
) {
  const pool = new TextPool();
  const [left, right] = [new RowTable(pool), new RowTable(pool)];
  for (const each of lefts) left.add(each);
  for (const each of rights) right.add(each);
  const [leftRole, rightRole] = options.roles ?? ['ledger', 'channel'];
  const covers = options.covers ? { from: options.covers, to: options.covers } : undefined;
  const result = matchSides(
    { role: leftRole, table: left, covers },
    { role: rightRole, table: right, covers, isLate: options.isRightLate },
    matchingRulesSchema.parse(options.rules ?? {}),
  );
  return { ...result, left, right, matched: [...result.matches()] };
}
