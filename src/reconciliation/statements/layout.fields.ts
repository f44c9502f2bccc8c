import {
  type AmountReading,
  decoderOf,
  isPlainText,
  plainText,
  readDateAs,
  readDecimal,
  readMinorUnits,
  readPrintedAmount,
  readPrintedDate,
  type TableRecord,
} from '../../infra/files/index.ts';
import { excerpt, type StatementCollector } from './collector.ts';
import type {
  AmountPlace,
  CurrencyPlace,
  DatePlace,
  Layout,
  Place,
  RecordSign,
  TextPlace,
} from './layout.types.ts';
import { headerName } from './table-columns.ts';

/** The last digit of an overpunched amount carries its sign: `{` and A to I are +0 to +9, `}` and J to R −0 to −9. */
const OVERPUNCHED = ['{ABCDEFGHI', '}JKLMNOPQR'] as const;

/** Cuts the fields of a layout out of records, and reads them. */
export class LayoutFields {
  private readonly layout: Layout;
  private readonly out: StatementCollector;
  private readonly decoder: ReturnType<typeof decoderOf> | null;
  private heading: string[] | null = null;
  /** The text of the record that is read, where it is plain as it stands: so are all its parts. */
  private plainRaw: string | null = null;
  private lastDate: { text: string; form?: string; date: string | null } = { text: '', date: null };

  constructor(layout: Layout, out: StatementCollector) {
    this.layout = layout;
    this.out = out;
    this.decoder = layout.unit === 'byte' ? decoderOf(layout.encoding ?? 'utf-8') : null;
  }

  get hasHeading(): boolean {
    return this.heading !== null;
  }

  /** Takes the names of the columns. One that the layout names and the file does not have would else read as empty. */
  takeHeading({ cells, line }: TableRecord): void {
    this.heading = cells.map(headerName);
    const named = JSON.stringify(this.layout.row).matchAll(/"column":("(?:[^"\\]|\\.)*")/g);
    for (const [, quoted = '""'] of named) {
      const name = JSON.parse(quoted) as string;
      if (!this.heading.includes(headerName(name))) {
        this.out.error('column_missing', line, `the heading has no column “${name}”`);
      }
    }
  }

  /** Whether a record is of this kind; `start` is what it begins with, as `startOf` gives it. */
  fits({ startsWith, when }: RecordSign, start: string, record: TableRecord): boolean {
    if (startsWith !== undefined && !start.startsWith(startsWith)) return false;
    return when === undefined || when.words.includes(this.text(when.at, record));
  }

  /** The beginning of a record, at least as long as the longest sign. */
  startOf({ raw }: TableRecord, chars: number): string {
    // A character of GBK may have four bytes; where columns are counted, blanks in front count.
    if (this.decoder) return this.decoded(raw.slice(0, chars * 4));
    if (this.layout.kind === 'fixedWidth') return raw.slice(0, chars);
    this.plainRaw = isPlainText(raw) ? raw : null;
    return this.plainRaw ?? plainText(raw);
  }

  text(place: TextPlace, record: TableRecord): string {
    const label = this.label(place, record);
    return record.raw === this.plainRaw && !('value' in place) ? label : plainText(label);
  }

  textOrNull(place: TextPlace | undefined, record: TableRecord): string | null {
    return (place && this.text(place, record)) || null;
  }

  labelOrNull(place: TextPlace | undefined, record: TableRecord): string | null {
    return (place && this.label(place, record).trim()) || null;
  }

  /** The currency that a record says; empty where it says none. */
  currency(place: CurrencyPlace | undefined, record: TableRecord): string {
    if (!place) return '';
    if (!('words' in place)) return this.text(place, record);
    const text = this.text(place.at, record);
    return (Object.hasOwn(place.words, text) && place.words[text]) || text;
  }

  /** Undefined where the field is empty, null after saying what is wrong. */
  amount(
    place: AmountPlace,
    record: TableRecord,
    currency: string | null,
    what = 'amount',
  ): number | null | undefined {
    const text = this.text(place, record);
    if (text === '') return undefined;
    if (this.isCut(place, record, text)) return null;
    const amountMinor = this.out.amount(this.readAmount(text, currency), text, record.line, what);
    const { negative } = place;
    if (amountMinor === null || !negative) return amountMinor;
    return negative.words.includes(this.text(negative.at, record)) ? 0 - amountMinor : amountMinor;
  }

  /** `near`: the day to which one without a year is nearest. */
  date(place: DatePlace, record: TableRecord, near: string | null): string | null {
    const { form } = place;
    const text = this.text(place, record);
    if (text === '') return null;
    // A file has few dates, and many times each.
    if (text === this.lastDate.text && form === this.lastDate.form) return this.lastDate.date;
    const date = form === undefined ? readPrintedDate(text) : readForm(text, form, near);
    if (date) this.lastDate = { text, form, date };
    else this.out.error('date_unreadable', record.line, `“${excerpt(text)}” is no date`);
    return date;
  }

  /** Where bytes are counted, the text comes as one character a byte, and is decoded piece by piece. */
  decoded(text: string): string {
    return this.decoder ? this.decoder.decode(Buffer.from(text, 'latin1')) : text;
  }

  /** The field as it is written. */
  private label(place: TextPlace, { cells, raw }: TableRecord): string {
    if ('value' in place) return place.value;
    if ('from' in place) return this.decoded(raw.slice(place.from - 1, place.from - 1 + place.length));
    const index =
      typeof place.column === 'number'
        ? place.column - 1
        : (this.heading?.indexOf(headerName(place.column)) ?? -1);
    return cells[index] ?? '';
  }

  /** Digits at the end of a line that was cut make another amount. Blanks behind a whole one may be gone. */
  private isCut(place: Place, { raw, line }: TableRecord, text: string): boolean {
    if (!('from' in place) || raw.length >= place.from - 1 + place.length) return false;
    if (this.layout.amounts === 'decimal' && /[.,]\d\d$/.test(text)) return false;
    this.out.error('row_cut_short', line, 'the line ends inside an amount');
    return true;
  }

  private readAmount(text: string, currency: string | null): AmountReading {
    const { amounts } = this.layout;
    if (amounts === 'minor') return readMinorUnits(text);
    if (amounts === 'decimal') return readPrintedAmount(text, currency);
    const [, sign = '', digits = '', last = '', behind = ''] = /^([+-]?)(\d*)(.)([+-]?)$/.exec(text) ?? [];
    const at = amounts.isOverpunched ? OVERPUNCHED.map((signed) => signed.indexOf(last)) : [];
    const negative = (at[1] ?? -1) >= 0;
    const digit = negative ? at[1] : (at[0] ?? -1) >= 0 ? at[0] : last;
    const all = `${digits}${digit}`.padStart(amounts.decimals + 1, '0');
    if (!/^\d+$/.test(all) || (negative ? 1 : 0) + sign.length + behind.length > 1)
      return 'amount_unreadable';
    const point = all.length - amounts.decimals;
    const minus = negative || sign === '-' || behind === '-' ? '-' : '';
    return readDecimal(`${minus}${all.slice(0, point)}.${all.slice(point)}`, currency);
  }
}

function readForm(text: string, form: string, near: string | null): string | null {
  if (form.includes('YY')) return readDateAs(text, form);
  if (near === null) return null;
  const year = Number(near.slice(0, 4));
  const days = [year - 1, year, year + 1].map((each) => readDateAs(`${each}${text}`, `YYYY${form}`));
  const apart = (day: string) => Math.abs(Date.parse(day) - Date.parse(near));
  return days.filter((day) => day !== null).sort((a, b) => apart(a) - apart(b))[0] ?? null;
}
