import type { TableRecord } from './csv.ts';
import type { ReadingReport } from './reading.types.ts';

/** Takes what stands in a workbook. */
export interface SheetSink {
  /** A row that has cells; `line` is its number in the sheet. */
  record(record: TableRecord): void;
  /** Comes before the rows of each visible sheet after the first. Without it only the first sheet is read, and a warning says so. */
  nextSheet?(name: string): void;
}

/** Says which sheets nobody looks at. */
export function passOverSheets(
  first: string | undefined,
  others: readonly { name: string }[],
  out: ReadingReport,
): void {
  if (others.length === 0) return;
  const names = others.map(({ name }) => name).join(', ');
  out.warn('sheets_not_read', 0, `only the first sheet, “${first}”, was read; there is also: ${names}`);
}
