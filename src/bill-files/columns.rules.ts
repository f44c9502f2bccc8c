import type { ChargeKind, LocalText } from '../contract/index.ts';
import { plainText, readPrintedAmount } from '../infra/files/index.ts';
import type { BillFileSetup } from './setup.ts';

type SingleColumn = Exclude<keyof BillFileSetup['columns'], 'inputs' | 'charges'>;

/** Where each thing stands in a row, 0-based. */
export interface FileColumns {
  inputs: readonly { name: string; index: number }[];
  single: Partial<Record<SingleColumn, number>> & Record<'amount', number>;
  charges: readonly { index: number; kind: ChargeKind; label: LocalText }[];
}

export type HeadingSearch =
  /** `isHeading`: the row names columns and is no bill itself. */
  | { kind: 'found'; columns: FileColumns; isHeading: boolean }
  /** These are named by the setup and not by the row. */
  | { kind: 'missing'; names: readonly string[] };

/**
 * Finds the columns of a setup in a row that may be the heading: by name, and where the row has no such name, by letter. Blanks,
 * case and full-width forms make no difference.
 */
export function findColumns(columns: BillFileSetup['columns'], cells: readonly string[]): HeadingSearch {
  const { inputs, charges, ...single } = columns;
  const heading = cells.map(headingName);
  const missing: string[] = [];
  let byName = 0;
  const indexOf = (column: string): number => {
    const named = heading.indexOf(headingName(column));
    if (named !== -1) {
      byName += 1;
      return named;
    }
    const letter = letterIndex(column);
    if (letter === null) missing.push(column);
    return letter ?? 0;
  };
  const found: FileColumns = {
    inputs: Object.entries(inputs).map(([name, column]) => ({ name, index: indexOf(column) })),
    single: Object.fromEntries(
      Object.entries(single).map(([name, column]) => [name, indexOf(column)]),
    ) as FileColumns['single'],
    charges: charges.map(({ column, kind, label }) => ({ index: indexOf(column), kind, label })),
  };
  if (missing.length > 0) return { kind: 'missing', names: missing };
  // Where all is by letter, a row without an amount is the heading that nobody needs.
  const isHeading =
    byName > 0 || typeof readPrintedAmount(cells[found.single.amount] ?? '', null) !== 'number';
  return { kind: 'found', columns: found, isHeading };
}

function headingName(text: string): string {
  return plainText(text).replace(/\s/g, '').toLowerCase();
}

/** 0 for `A`, 27 for `AB`; null for what is no letter. */
function letterIndex(column: string): number | null {
  if (!/^[A-Za-z]{1,2}$/.test(column)) return null;
  let index = 0;
  for (const letter of column.toUpperCase()) index = index * 26 + letter.charCodeAt(0) - 64;
  return index - 1;
}
