import type { TableRecord } from '../../infra/files/index.ts';
import { excerpt, type StatementCollector } from './collector.ts';
import type { LayoutFields } from './layout.fields.ts';
import type { Layout } from './layout.types.ts';
import type { Direction, RowDraft } from './statement.types.ts';

/** Reads the rows of a layout. */
export class LayoutRows {
  private readonly row: Layout['row'];
  private readonly fields: LayoutFields;
  private readonly out: StatementCollector;
  private sequence = 0;

  constructor(row: Layout['row'], fields: LayoutFields, out: StatementCollector) {
    this.row = row;
    this.fields = fields;
    this.out = out;
  }

  /** Another statement begins: its rows are numbered anew. */
  restart(): void {
    this.sequence = 0;
  }

  /** `currency` and `headerDate` are those of rows that say none. Null after saying what is wrong. */
  draftOf(record: TableRecord, headerCurrency: string | null, headerDate: string | null): RowDraft | null {
    const { row, fields } = this;
    const { line, raw } = record;
    this.checkSequence(record);
    const currency = fields.currency(row.currency, record) || headerCurrency;
    if (currency === null || !/^[A-Z]{3}$/.test(currency)) {
      this.out.error('currency_missing', line, 'neither row, header nor layout says the currency');
      return null;
    }
    const signed = this.signedAmount(record, currency);
    if (signed === null) return null;
    const feeMinor = row.fee && fields.amount(row.fee, record, currency, 'fee');
    if (feeMinor === null) return null;
    const isReversal = row.reversal?.words.includes(fields.text(row.reversal.at, record)) ?? false;
    return {
      line,
      ref: fields.textOrNull(row.ref, record),
      bankRef: fields.textOrNull(row.bankRef, record),
      originalRef: isReversal ? fields.textOrNull(row.originalRef, record) : null,
      isReversal,
      amountMinor: Math.abs(signed.amountMinor),
      feeMinor: Math.abs(feeMinor ?? 0),
      batch: fields.textOrNull(row.batch, record),
      isSettlement: row.settlement?.words.includes(fields.text(row.settlement.at, record)) ?? false,
      currency,
      direction: signed.direction,
      bookedOn: row.bookedOn ? fields.date(row.bookedOn, record, headerDate) : headerDate,
      valueOn: row.valueOn ? fields.date(row.valueOn, record, headerDate) : null,
      counterparty: fields.labelOrNull(row.counterparty, record),
      memo: fields.labelOrNull(row.memo, record),
      raw: fields.decoded(raw),
    };
  }

  private checkSequence(record: TableRecord): void {
    const place = this.row.sequence;
    this.sequence += 1;
    if (!place) return;
    const text = this.fields.text(place, record);
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
    const { fields, row } = this;
    const { line } = record;
    const amountMinor = row.amount && fields.amount(row.amount, record, currency);
    const creditMinor = row.creditAmount && fields.amount(row.creditAmount, record, currency);
    const debitMinor = row.debitAmount && fields.amount(row.debitAmount, record, currency);
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
    const { direction } = this.row;
    if (direction === undefined) return amountMinor < 0 ? 'debit' : 'credit';
    const text = typeof direction === 'string' ? '' : this.fields.text(direction.at, record);
    const named = typeof direction === 'string' ? direction : wordIn(direction.words, text);
    if (!named) {
      this.out.error('direction_unreadable', record.line, `“${excerpt(text)}” is none of the layout's words`);
      return null;
    }
    if (amountMinor >= 0) return named;
    return named === 'credit' ? 'debit' : 'credit';
  }
}

/** Words of a layout are its own: nothing that every object inherits is one. */
function wordIn(words: Readonly<Record<string, Direction>>, text: string): Direction | undefined {
  return Object.hasOwn(words, text) ? words[text] : undefined;
}
