import type { SideSum } from '../matching/matching.types.ts';
import type { DayReportLine, ThreeWayLine } from './reports.types.ts';

/**
 * The three-way table of a date: what our books say that channels debited and agencies were told, and what each of them says,
 * by currency. Channels and agencies end their days at different hours, so the two halves need not be equal on one date.
 */
export function threeWayOf(lines: readonly Pick<DayReportLine, 'role' | 'report'>[]): ThreeWayLine[] {
  const table = new Map<string, ThreeWayLine>();
  for (const { role, report } of lines) {
    if (!report) continue;
    for (const side of ['ours', 'theirs'] as const) {
      for (const sum of report.proof[side].all) {
        const line = table.get(sum.currency) ?? emptyLine(sum.currency);
        const cell = (role === 'channel' ? line.channels : line.agencies)[side];
        cell.rows += sum.rows;
        cell.amountMinor += sum.amountMinor;
        table.set(sum.currency, line);
      }
    }
  }
  return [...table.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

function emptyLine(currency: string): ThreeWayLine {
  const none = (): SideSum => ({ currency, rows: 0, amountMinor: 0 });
  return {
    currency,
    channels: { ours: none(), theirs: none() },
    agencies: { ours: none(), theirs: none() },
  };
}
