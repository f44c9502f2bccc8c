import type { TableRecord } from '../../infra/files/index.ts';
import { excerpt, type StatementCollector } from './collector.ts';
import { checkDeclaredTotals, emptySums, type OpenStatement, type Sums } from './gates.ts';
import type { LayoutFields } from './layout.fields.ts';
import type { Layout, TotalsRecord } from './layout.types.ts';
import type { DeclaredTotals } from './statement.types.ts';

const TOTALS = [
  'count',
  'creditCount',
  'creditTotal',
  'debitCount',
  'debitTotal',
  'netTotal',
  'entryLineCount',
];

/** What headers and trailers of a layout say of the rows, of a statement and of the whole file. */
export class LayoutTotals {
  private readonly fields: LayoutFields;
  private readonly out: StatementCollector;
  private readonly fileSums: Sums = emptySums();
  private readonly currencies = new Set<string>();
  private entryLines = 0;
  private fileEntryLines = 0;
  private lines = 0;
  private isFileEnded = false;

  constructor(fields: LayoutFields, out: StatementCollector) {
    this.fields = fields;
    this.out = out;
  }

  /** Whether files of a layout say something that a missing row would contradict. */
  static areIn({ header, trailer, file }: Layout): boolean {
    const said = new Set([header ?? [], trailer ?? []].flat().flatMap((control) => Object.keys(control)));
    for (const name of Object.keys(file?.trailer ?? {})) said.add(name);
    if (said.has('openingBalance') && said.has('closingBalance')) return true;
    return [...TOTALS, 'lineCount'].some((name) => said.has(name));
  }

  /** A line of the file; its header and trailer are not counted. */
  countLine(isOfFile: boolean): void {
    if (!isOfFile) this.lines += 1;
  }

  countEntryLine(): void {
    this.entryLines += 1;
    this.fileEntryLines += 1;
  }

  countCurrency(currency: string): void {
    this.currencies.add(currency);
  }

  /** What a header or trailer says; only its line where it says nothing. */
  declaredIn(record: TotalsRecord, at: TableRecord, currency: string | null): DeclaredTotals {
    const { out, fields } = this;
    const declared: DeclaredTotals = { line: at.line };
    for (const name of ['count', 'creditCount', 'debitCount'] as const) {
      const count = this.countAt(name, record[name], at);
      if (count !== null) declared[name] = count;
    }
    const sums = [
      ['creditTotal', 'creditMinor'],
      ['debitTotal', 'debitMinor'],
      ['netTotal', 'netMinor'],
    ] as const;
    for (const [name, key] of sums) {
      const place = record[name];
      const amountMinor = place ? fields.amount(place, at, currency, name) : undefined;
      // Some write the sum of debits with its sign.
      if (typeof amountMinor === 'number')
        declared[key] = key === 'debitMinor' ? Math.abs(amountMinor) : amountMinor;
      else if (amountMinor === undefined && place) out.error('total_unreadable', at.line, `${name} is empty`);
    }
    this.compare('entryLineCount', record.entryLineCount, at, this.entryLines);
    return declared;
  }

  endStatement(): void {
    const sums = this.out.openSums();
    for (const key of Object.keys(sums) as (keyof Sums)[]) {
      this.fileSums[key] = this.isFileEnded ? 0 : this.fileSums[key] + sums[key];
    }
    this.isFileEnded = false;
    this.entryLines = 0;
  }

  /** Holds all statements so far to what the file's trailer says; the last one is still open. */
  compareFile(
    trailer: TotalsRecord & { lineCount?: Layout['row']['sequence'] },
    at: TableRecord,
    currency: string | null,
  ): void {
    this.compare('lineCount', trailer.lineCount, at, this.lines);
    this.lines = 0;
    this.entryLines = this.fileEntryLines;
    const declared = this.declaredIn(trailer, at, currency);
    this.fileEntryLines = 0;
    this.isFileEnded = true;
    const sums = this.out.openSums();
    for (const key of Object.keys(sums) as (keyof Sums)[]) sums[key] += this.fileSums[key];
    if (this.currencies.size > 1 && Object.keys(declared).some((key) => /Minor/.test(key))) {
      this.out.warn(
        'totals_not_comparable',
        at.line,
        'the totals of the file over several currencies were not compared',
      );
      return;
    }
    const all: Pick<OpenStatement, 'declared' | 'sums' | 'line'> = {
      declared,
      sums: new Map([[currency, sums]]),
      line: at.line,
    };
    checkDeclaredTotals(all, this.out);
  }

  private compare(name: string, place: Layout['row']['sequence'], at: TableRecord, counted: number): void {
    const said = this.countAt(name, place, at);
    if (said === null || said === counted) return;
    this.out.error('total_differs', at.line, `${name}: the file says ${said}, it has ${counted}`);
  }

  private countAt(name: string, place: Layout['row']['sequence'], at: TableRecord): number | null {
    if (!place) return null;
    const digits = this.fields.text(place, at);
    if (/^\d{1,12}$/.test(digits)) return Number(digits);
    this.out.error('total_unreadable', at.line, `${name} “${excerpt(digits)}” is no number`);
    return null;
  }
}
