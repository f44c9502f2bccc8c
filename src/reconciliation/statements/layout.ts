import {
  type AmountReading,
  CsvReader,
  decoderOf,
  LineSplitter,
  plainText,
  readDateAs,
  readMinorUnits,
  readPrintedAmount,
  readPrintedDate,
  type TableRecord,
} from '../../infra/files/index.ts';
import { excerpt, type StatementCollector } from './collector.ts';
import type { ControlRecord, DatePlace, Layout, Place, TextPlace } from './layout.types.ts';
import type { DeclaredTotals, Direction, StatementParser } from './statement.types.ts';
import { headerName } from './table-columns.ts';

/** Reads a file by its declared layout. */
export class LayoutParser implements StatementParser {
  private readonly layout: Layout;
  private readonly out: StatementCollector;
  private readonly records: Pick<StatementParser, 'write' | 'end'>;
  private heading: string[] | null = null;
  private headerDate: string | null = null;
  private currency: string | null;
  private hasHeader = false;
  private hasTrailer = false;
  private decoder: ReturnType<typeof decoderOf> | null = null;
  private sequence = 0;
  private lastLine = 0;
  private lastDate: { text: string; form?: string; date: string | null } = { text: '', date: null };

  constructor(layout: Layout, out: StatementCollector) {
    this.layout = layout;
    this.out = out;
    this.currency = layout.currency ?? null;
    const take = (record: TableRecord) => this.take(record);
    this.records =
      layout.kind === 'delimited'
        ? new CsvReader(layout.delimiter, out, take)
        : new LineSplitter((raw, line) => take({ cells: [], line, raw }));
    out.beginStatement(1);
  }

  write(text: string): void {
    this.records.write(text);
  }

  end(): void {
    this.records.end();
    const { header, trailer, hasHeading } = this.layout;
    const error = (code: string, message: string) => this.out.error(code, this.lastLine, message);
    if (hasHeading && !this.heading) error('heading_missing', 'the file has no heading');
    if (header && !this.hasHeader) error('header_missing', `no line begins with “${header.startsWith}”`);
    if (trailer && !this.hasTrailer) error('file_cut_short', `no line begins with “${trailer.startsWith}”`);
    if (!hasTotals(this.layout)) {
      this.out.warn(
        'totals_missing',
        this.lastLine,
        'neither totals nor balances prove that the file is whole',
      );
    }
    this.out.endStatement();
  }

  private take(record: TableRecord): void {
    const { skipLines, hasHeading, header, trailer, row } = this.layout;
    const { line, raw } = record;
    this.lastLine = line;
    if (line <= skipLines || raw.trim() === '') return;
    if (hasHeading && !this.heading) {
      this.heading = record.cells.map(headerName);
      this.checkHeading(line);
      return;
    }
    if (this.hasTrailer) {
      this.out.error('text_unexpected', line, 'a line behind the trailer');
      return;
    }
    const plain = plainText(raw);
    if (trailer && plain.startsWith(trailer.startsWith)) {
      this.hasTrailer = true;
      this.takeControl(trailer, record, 'closing');
    } else if (header && plain.startsWith(header.startsWith)) {
      if (this.hasHeader) this.out.error('header_twice', line, 'a second header');
      this.hasHeader = true;
      this.takeControl(header, record, 'opening');
    } else if (row.startsWith === undefined || plain.startsWith(row.startsWith)) this.takeRow(record);
    else
      this.out.error('record_unreadable', line, `“${excerpt(raw)}” begins like none of the layout's records`);
  }

  /** A column that a layout names and the file does not have would else read as empty. */
  private checkHeading(line: number): void {
    const named = JSON.stringify(this.layout.row).matchAll(/"column":("(?:[^"\\]|\\.)*")/g);
    for (const [, quoted = '""'] of named) {
      const name = JSON.parse(quoted) as string;
      if (!this.heading?.includes(headerName(name))) {
        this.out.error('column_missing', line, `the heading has no column “${name}”`);
      }
    }
  }

  private takeControl(control: ControlRecord, record: TableRecord, balance: 'opening' | 'closing'): void {
    const { out } = this;
    const { line } = record;
    const text = (place: Place | undefined) => (place ? this.textAt(place, record) : '');
    const currency = text(control.currency);
    if (currency) this.currency = currency;
    if (control.account) out.nameStatement({ account: text(control.account) || null });
    if (control.statementId) out.nameStatement({ id: text(control.statementId) || null });
    if (control.bookedOn) this.headerDate = this.dateAt(control.bookedOn, record);
    const declared: DeclaredTotals = { line };
    for (const name of ['count', 'creditCount', 'debitCount'] as const) {
      const digits = text(control[name]);
      if (control[name] === undefined) continue;
      if (/^\d{1,12}$/.test(digits)) declared[name] = Number(digits);
      else out.error('total_unreadable', line, `${name} “${excerpt(digits)}” is no number`);
    }
    const totals = [
      ['creditTotal', 'creditMinor'],
      ['debitTotal', 'debitMinor'],
      ['netTotal', 'netMinor'],
    ] as const;
    for (const [name, key] of totals) {
      const place = control[name];
      const amountMinor = place ? this.amountAt(place, record, this.currency, name) : undefined;
      if (typeof amountMinor === 'number') declared[key] = amountMinor;
      else if (amountMinor === undefined && place) out.error('total_unreadable', line, `${name} is empty`);
    }
    if (Object.keys(declared).length > 1) out.declare(declared);
    for (const kind of ['opening', 'closing'] as const) {
      const place = control[`${kind}Balance`];
      const amountMinor = place ? this.amountAt(place, record, this.currency, `${kind}Balance`) : undefined;
      if (typeof amountMinor !== 'number') continue;
      out.balance(kind, amountMinor, this.currency, kind === balance ? this.headerDate : null, line);
    }
  }

  private takeRow(record: TableRecord): void {
    const { row } = this.layout;
    const { line, raw } = record;
    this.checkSequence(record);
    const currency = (row.currency && this.textAt(row.currency, record)) || this.currency;
    if (currency === null || !/^[A-Z]{3}$/.test(currency)) {
      this.out.error('currency_missing', line, 'neither row, header nor layout says the currency');
      return;
    }
    const signedMinor = this.signedAmount(record, currency);
    if (signedMinor === null) return;
    const isReversal = row.reversal?.words.includes(this.textAt(row.reversal.at, record)) ?? false;
    this.out.row({
      line,
      ref: this.textOrNull(row.ref, record),
      bankRef: this.textOrNull(row.bankRef, record),
      originalRef: isReversal ? this.textOrNull(row.originalRef, record) : null,
      isReversal,
      amountMinor: Math.abs(signedMinor.amountMinor),
      currency,
      direction: signedMinor.direction,
      bookedOn: row.bookedOn ? this.dateAt(row.bookedOn, record) : this.headerDate,
      valueOn: row.valueOn ? this.dateAt(row.valueOn, record) : null,
      counterparty: this.labelOrNull(row.counterparty, record),
      memo: this.labelOrNull(row.memo, record),
      raw: this.decoded(raw),
    });
  }

  private checkSequence(record: TableRecord): void {
    const place = this.layout.row.sequence;
    this.sequence += 1;
    if (!place) return;
    const text = this.textAt(place, record);
    if (text === String(this.sequence)) return;
    if (/^\d{1,12}$/.test(text) && Number(text) === this.sequence) return;
    this.out.error(
      'sequence_broken',
      record.line,
      `number “${excerpt(text)}” where ${this.sequence} should be`,
    );
    if (/^\d{1,12}$/.test(text)) this.sequence = Number(text);
  }

  /** Null after saying what is wrong. */
  private signedAmount(
    record: TableRecord,
    currency: string,
  ): { amountMinor: number; direction: Direction } | null {
    const { row } = this.layout;
    const { line } = record;
    const amountMinor = row.amount && this.amountAt(row.amount, record, currency);
    const creditMinor = row.creditAmount && this.amountAt(row.creditAmount, record, currency);
    const debitMinor = row.debitAmount && this.amountAt(row.debitAmount, record, currency);
    if (amountMinor === null || creditMinor === null || debitMinor === null) return null;
    if (amountMinor !== undefined) {
      const direction = this.directionOf(record, amountMinor);
      return direction && { amountMinor, direction };
    }
    if (creditMinor && debitMinor) {
      this.out.error('direction_unreadable', line, 'both the credit and the debit field hold an amount');
      return null;
    }
    if (creditMinor === undefined && debitMinor === undefined) {
      this.out.error('amount_unreadable', line, 'the row has no amount');
      return null;
    }
    // A negative amount on one side is one taken back: it moves the other way.
    const movedMinor = creditMinor ? creditMinor : 0 - (debitMinor ?? 0);
    return {
      amountMinor: movedMinor,
      direction: movedMinor < 0 || (!creditMinor && debitMinor === 0) ? 'debit' : 'credit',
    };
  }

  private directionOf(record: TableRecord, amountMinor: number): Direction | null {
    const { direction } = this.layout.row;
    if (direction === undefined) return amountMinor < 0 ? 'debit' : 'credit';
    const text = typeof direction === 'string' ? '' : this.textAt(direction.at, record);
    const named = typeof direction === 'string' ? direction : direction.words[text];
    if (!named) {
      this.out.error('direction_unreadable', record.line, `“${excerpt(text)}” is none of the layout's words`);
      return null;
    }
    if (amountMinor >= 0) return named;
    return named === 'credit' ? 'debit' : 'credit';
  }

  /** Undefined where the field is empty, null after saying what is wrong. */
  private amountAt(
    place: Place,
    record: TableRecord,
    currency: string | null,
    what = 'amount',
  ): number | null | undefined {
    const text = this.textAt(place, record);
    if (text === '') return undefined;
    const reading: AmountReading =
      this.layout.amounts === 'minor' ? readMinorUnits(text) : readPrintedAmount(text, currency);
    return this.out.amount(reading, text, record.line, what);
  }

  private dateAt(place: DatePlace, record: TableRecord): string | null {
    const text = this.textAt(place, record);
    if (text === '') return null;
    // A file has few dates, and many times each.
    if (text === this.lastDate.text && place.form === this.lastDate.form) return this.lastDate.date;
    const date = place.form === undefined ? readPrintedDate(text) : readDateAs(text, place.form);
    if (date) this.lastDate = { text, form: place.form, date };
    else this.out.error('date_unreadable', record.line, `“${excerpt(text)}” is no date`);
    return date;
  }

  private textOrNull(place: TextPlace | undefined, record: TableRecord): string | null {
    return (place && this.textAt(place, record)) || null;
  }

  private labelOrNull(place: TextPlace | undefined, record: TableRecord): string | null {
    return (place && this.labelAt(place, record).trim()) || null;
  }

  private textAt(place: TextPlace, record: TableRecord): string {
    return plainText(this.labelAt(place, record));
  }

  /** The field as it is written. */
  private labelAt(place: TextPlace, { cells, raw }: TableRecord): string {
    if ('value' in place) return place.value;
    if ('from' in place) return this.decoded(raw.slice(place.from - 1, place.from - 1 + place.length));
    const index =
      typeof place.column === 'number'
        ? place.column - 1
        : (this.heading?.indexOf(headerName(place.column)) ?? -1);
    return cells[index] ?? '';
  }

  /** Where bytes are counted, the text comes as one character a byte, and is decoded piece by piece. */
  private decoded(text: string): string {
    if (this.layout.unit === 'character') return text;
    this.decoder ??= decoderOf(this.layout.encoding ?? 'utf-8');
    return this.decoder.decode(Buffer.from(text, 'latin1'));
  }
}

/** Whether files of a layout say something that a missing row would contradict. */
function hasTotals({ header, trailer }: Layout): boolean {
  const said = new Set([header, trailer].flatMap((control) => Object.keys(control ?? {})));
  const totals = ['count', 'creditCount', 'creditTotal', 'debitCount', 'debitTotal', 'netTotal'];
  return totals.some((name) => said.has(name)) || (said.has('openingBalance') && said.has('closingBalance'));
}
