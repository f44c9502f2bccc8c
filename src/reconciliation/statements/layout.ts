import { CsvReader, LineSplitter, type TableRecord } from '../../infra/files/index.ts';
import { excerpt, type StatementCollector } from './collector.ts';
import { LayoutFields } from './layout.fields.ts';
import { LayoutRows } from './layout.rows.ts';
import { LayoutTotals } from './layout.totals.ts';
import type { Continuation, ControlRecord, Layout, RecordSign } from './layout.types.ts';
import type { RowDraft, StatementParser } from './statement.types.ts';

/** One kind of record, and what becomes of it. */
interface RecordKind {
  sign: RecordSign;
  take: (record: TableRecord) => void;
  /** Whether it may stand behind a statement that has ended. */
  isOutside?: boolean;
}

/** Reads a file by its declared layout. */
export class LayoutParser implements StatementParser {
  private readonly layout: Layout;
  private readonly out: StatementCollector;
  private readonly fields: LayoutFields;
  private readonly rows: LayoutRows;
  private readonly totals: LayoutTotals;
  private readonly records: Pick<StatementParser, 'write' | 'end'>;
  private readonly kinds: readonly RecordKind[];
  private readonly signChars: number;
  private readonly headers: readonly ControlRecord[];
  private readonly trailers: readonly ControlRecord[];
  private currency: string | null;
  private fileDate: string | null = null;
  private headerDate: string | null = null;
  /** Records of the open statement that have come. */
  private readonly seen = new Set<ControlRecord>();
  private readonly seenOfFile = new Set<RecordSign>();
  private lastLine = 0;
  /** A row that the next lines may say more of. */
  private pending: RowDraft | null = null;
  /** Whether a line that continues has something above it, if only what is passed over or could not be read. */
  private mayContinue = false;

  constructor(layout: Layout, out: StatementCollector) {
    this.layout = layout;
    this.out = out;
    this.fields = new LayoutFields(layout, out);
    this.rows = new LayoutRows(layout.row, this.fields, out);
    this.totals = new LayoutTotals(this.fields, out);
    this.headers = [layout.header ?? []].flat();
    this.trailers = [layout.trailer ?? []].flat();
    this.currency = layout.currency ?? null;
    this.kinds = this.kindsInOrder();
    this.signChars = Math.max(1, ...this.kinds.map(({ sign }) => sign.startsWith?.length ?? 0));
    const take = (record: TableRecord) => this.take(record);
    this.records =
      layout.kind === 'delimited'
        ? new CsvReader(layout.delimiter, out, take)
        : new LineSplitter((raw, line) =>
            take({ cells: [], line, raw: line === 1 ? withoutMark(raw) : raw }),
          );
    out.beginStatement(1);
  }

  write(text: string): void {
    this.records.write(text);
  }

  end(): void {
    this.records.end();
    const { hasHeading, file = {} } = this.layout;
    const error = (code: string, message: string) => this.out.error(code, this.lastLine, message);
    if (hasHeading && !this.fields.hasHeading) error('heading_missing', 'the file has no heading');
    if (file.header && !this.seenOfFile.has(file.header)) error('header_missing', missing(file.header));
    if (file.trailer && !this.seenOfFile.has(file.trailer)) error('file_cut_short', missing(file.trailer));
    if (!LayoutTotals.areIn(this.layout)) {
      this.out.warn(
        'totals_missing',
        this.lastLine,
        'neither totals nor balances prove that the file is whole',
      );
    }
    this.endStatement();
  }

  /** The longest sign first; a row without one is what is nothing else. */
  private kindsInOrder(): RecordKind[] {
    const { row, continuations = [], file, passOver = [] } = this.layout;
    const kinds: RecordKind[] = [
      ...this.trailers.map((sign) => ({
        sign,
        take: (record: TableRecord) => this.takeControl(sign, record),
      })),
      ...this.headers.map((sign) => ({
        sign,
        take: (record: TableRecord) => this.takeHeader(sign, record),
        isOutside: true,
      })),
      { sign: row, take: (record) => this.takeRow(record) },
      ...continuations.map((sign) => ({
        sign,
        take: (record: TableRecord) => this.takeContinuation(sign, record),
      })),
      ...passOver.map((sign) => ({ sign, take: () => this.endRow(true), isOutside: true })),
    ];
    const { header, trailer } = file ?? {};
    if (header) kinds.push({ sign: header, take: (record) => this.takeFileHeader(record), isOutside: true });
    if (trailer)
      kinds.push({ sign: trailer, take: (record) => this.takeFileTrailer(record), isOutside: true });
    const length = ({ sign: { startsWith = '', when } }: RecordKind) =>
      startsWith.length + Math.max(0, ...(when?.words ?? []).map((word) => word.length));
    return kinds.sort((a, b) => length(b) - length(a));
  }

  private take(record: TableRecord): void {
    const { skipLines, hasHeading } = this.layout;
    const { line, raw } = record;
    this.lastLine = line;
    if (line <= skipLines || raw.trim() === '') return;
    if (hasHeading && !this.fields.hasHeading) {
      this.fields.takeHeading(record);
      return;
    }
    const start = this.fields.startOf(record, this.signChars);
    const kind = this.kinds.find(({ sign }) => this.fields.fits(sign, start, record));
    const { file } = this.layout;
    this.totals.countLine(kind !== undefined && (kind.sign === file?.header || kind.sign === file?.trailer));
    if (this.isEnded && !kind?.isOutside) {
      this.out.error('text_unexpected', line, 'a line behind the trailer');
    } else if (kind) kind.take(record);
    else
      this.out.error(
        'record_unreadable',
        line,
        `“${excerpt(this.fields.decoded(raw))}” begins like none of the layout's records`,
      );
  }

  /** Whether all trailers of the statement have come. */
  private get isEnded(): boolean {
    return this.trailers.length > 0 && this.trailers.every((trailer) => this.seen.has(trailer));
  }

  private takeHeader(header: ControlRecord, record: TableRecord): void {
    if (this.isEnded) this.beginNext(record.line);
    if (this.seen.has(header)) this.out.error('header_twice', record.line, 'a second header');
    this.takeControl(header, record);
  }

  /** The trailers have come, and a header: another statement of the same file. */
  private beginNext(line: number): void {
    this.endStatement();
    this.seen.clear();
    this.rows.restart();
    this.headerDate = this.fileDate;
    this.currency = this.layout.currency ?? null;
    this.out.beginStatement(line);
  }

  private endStatement(): void {
    this.endRow();
    const lacking = (controls: readonly ControlRecord[], code: string) => {
      for (const control of controls) {
        if (!this.seen.has(control)) this.out.error(code, this.lastLine, missing(control));
      }
    };
    lacking(this.headers, 'header_missing');
    lacking(this.trailers, 'file_cut_short');
    this.totals.endStatement();
    this.out.endStatement();
  }

  private takeControl(control: ControlRecord, record: TableRecord): void {
    this.endRow();
    this.seen.add(control);
    const { out, fields } = this;
    const { line } = record;
    const text = (place: ControlRecord['account']) => (place ? fields.text(place, record) : '');
    const currency = fields.currency(control.currency, record);
    if (currency) this.currency = currency;
    if (control.account) out.nameStatement({ account: text(control.account) || null });
    if (control.statementId) out.nameStatement({ id: text(control.statementId) || null });
    const date = control.bookedOn ? fields.date(control.bookedOn, record, this.headerDate) : null;
    if (date) this.headerDate = date;
    const declared = this.totals.declaredIn(control, record, this.currency);
    if (Object.keys(declared).length > 1) out.declare(declared);
    const own = this.trailers.includes(control) ? 'closing' : 'opening';
    for (const kind of ['opening', 'closing'] as const) {
      const place = control[`${kind}Balance`];
      const amountMinor = place ? fields.amount(place, record, this.currency, `${kind}Balance`) : undefined;
      if (typeof amountMinor !== 'number') continue;
      out.balance(kind, amountMinor, this.currency, kind === own ? this.headerDate : null, line);
    }
  }

  private takeFileHeader(record: TableRecord): void {
    const header = this.layout.file?.header;
    if (!header) return;
    this.endRow();
    this.seenOfFile.add(header);
    if (header.bookedOn) this.fileDate = this.fields.date(header.bookedOn, record, null);
    this.headerDate = this.fileDate;
    const currency = this.fields.currency(header.currency, record);
    if (currency) this.currency = currency;
  }

  private takeFileTrailer(record: TableRecord): void {
    const trailer = this.layout.file?.trailer;
    if (!trailer) return;
    this.endRow();
    this.seenOfFile.add(trailer);
    this.totals.compareFile(trailer, record, this.currency);
  }

  private takeContinuation(continuation: Continuation, record: TableRecord): void {
    const { pending, fields } = this;
    if (!this.mayContinue)
      this.out.error('record_misplaced', record.line, 'a line that continues a row, and no row above it');
    this.totals.countEntryLine();
    if (!pending) return;
    pending.raw = `${pending.raw}\n${fields.decoded(record.raw)}`;
    for (const name of ['ref', 'bankRef', 'originalRef'] as const) {
      if (name !== 'originalRef' || pending.isReversal)
        pending[name] ??= fields.textOrNull(continuation[name], record);
    }
    for (const name of ['counterparty', 'memo'] as const) {
      const more = fields.labelOrNull(continuation[name], record);
      if (more) pending[name] = pending[name] ? `${pending[name]} ${more}` : more;
    }
  }

  private endRow(mayContinue = false): void {
    const { pending } = this;
    this.pending = null;
    this.mayContinue = mayContinue;
    if (pending) this.out.row(pending);
  }

  private takeRow(record: TableRecord): void {
    this.endRow();
    this.totals.countEntryLine();
    this.pending = this.rows.draftOf(record, this.currency, this.headerDate);
    if (this.pending?.currency) this.totals.countCurrency(this.pending.currency);
    if (this.layout.continuations?.length) this.mayContinue = true;
    else this.endRow();
  }
}

/** Where bytes are counted, the mark of UTF-8 at the beginning of a file is three of them. */
function withoutMark(raw: string): string {
  return raw.startsWith('\u00ef\u00bb\u00bf') ? raw.slice(3) : raw;
}

function missing({ startsWith, when }: RecordSign): string {
  const begins = startsWith === undefined ? '' : ` begins with “${startsWith}”`;
  const says =
    when === undefined ? '' : ` says ${when.words.map((word) => `“${word}”`).join(' or ')} at its place`;
  return `no line${[begins, says].filter(Boolean).join(' and')}`;
}
