import type { StatementCollector } from './collector.ts';
import type { Direction } from './statement.types.ts';
import type { Columns, RowCells } from './table-columns.ts';
import { directionWord } from './table-words.ts';

/** What a bill of a credit card writes about what lowers the debt, and about what raises it. */
const CARD_CREDIT = /还款|退款|退货|返现|溢缴/;
const CARD_DEBIT = /消费|取现|预借现金|年费|违约金|分期/;
/** What was done, of which the one side takes what the other gives: without a sign it tells no direction. */
const DONE = /消费|退货|退款|撤销|取现/;
const TAKES_BACK = /撤销|冲正|退/;

/** Which way the amounts of one table moved money: by its columns, by words beside them, or by their sign. */
export class BankSigns {
  private readonly out: StatementCollector;
  private readonly columns: Columns;
  /** Whether a column says which side an amount is on. */
  private readonly hasSides: boolean;
  /**
   * Bills of cards write what was spent without a sign. Where the heading does not tell whether it is one, the first row whose words
   * do has to.
   */
  private isCardBill: boolean | null;
  private hasNegative = false;
  private hasOtherWords = false;
  /** Rows whose name told a side, and rows whose name told none. */
  private readonly byName = { told: 0, untold: 0 };
  /** How the first debit was written: with its minus, or so that a minus takes one back. */
  private debitSign: 1 | -1 | null = null;
  /** Whether the amount of the last row moves money the other way than the side says on which it stands. */
  isTakenBack = false;

  constructor(columns: Columns, out: StatementCollector) {
    this.columns = columns;
    this.out = out;
    const has = (role: string) => columns.has(role);
    this.hasSides = ['credit', 'debit', 'direction'].some(has);
    const mayBeCardBill = !this.hasSides && has('amount') && has('bookedAmount') && !has('balance');
    this.isCardBill = !this.hasSides && has('card') ? true : mayBeCardBill ? null : false;
  }

  /** Whether nothing has said yet which way any amount moved. */
  get isUnsigned(): boolean {
    return !this.hasNegative && !this.hasSides && this.isCardBill === false;
  }

  /** Whether some column without a known name says it after all, or the name of what was done says it of some rows only. */
  get isSaidElsewhere(): boolean {
    return this.hasOtherWords || (this.byName.told > 0 && this.byName.untold > 0);
  }

  /** Of a row with a column for each side. Null after saying what is wrong. */
  ofSides(creditMinor: number | undefined, debitMinor: number | undefined, line: number): number | null {
    this.isTakenBack = false;
    // Both sides filled: one of them is a zero, or the row is no single movement.
    if (creditMinor && debitMinor) {
      this.out.error('direction_unreadable', line, 'both the credit and the debit column hold an amount');
      return null;
    }
    return creditMinor ? this.signedCredit(creditMinor) : this.signedDebit(debitMinor ?? 0, line);
  }

  /** Of a row with one amount. Null after saying what is wrong. */
  ofAmount(amountMinor: number, cells: RowCells): number | null {
    this.isTakenBack = false;
    const word = this.columns.has('direction') ? cells.text('direction') : null;
    const direction = directionWord(this.columns.has('direction') ? word : cells.text('name'));
    if (direction) return this.directed(direction, amountMinor, cells.line);
    if (this.columns.has('direction')) {
      this.out.error('direction_unreadable', cells.line, `“${word ?? ''}” is neither credit nor debit`);
      return null;
    }
    if (this.isCardBill !== false) return this.ofCard(amountMinor, cells);
    if (amountMinor < 0) this.hasNegative = true;
    this.byName.untold += 1;
    if (!this.hasNegative) {
      this.hasOtherWords ||= cells.others.some(isSideWord) || DONE.test(cells.text('name') ?? '');
    }
    return amountMinor;
  }

  /** Of a row whose amount never has a sign: what happened tells. Null after saying what is wrong. */
  ofWords(amountMinor: number, cells: RowCells): number | null {
    this.isTakenBack = false;
    const text = cells.joined('memo', 'name') ?? '';
    if (CARD_CREDIT.test(text)) return amountMinor;
    if (CARD_DEBIT.test(text)) return 0 - amountMinor;
    this.out.error(
      'direction_unreadable',
      cells.line,
      'neither sign nor column, and the text tells neither a purchase nor what was paid back',
    );
    return null;
  }

  private ofCard(amountMinor: number, cells: RowCells): number | null {
    const text = cells.joined('memo', 'name') ?? '';
    const raises = CARD_DEBIT.test(text) && !TAKES_BACK.test(text);
    const lowers = CARD_CREDIT.test(text) && !CARD_DEBIT.test(text);
    if ((raises || lowers) && amountMinor !== 0) {
      const says = amountMinor > 0 === raises;
      this.isCardBill ??= says;
      if (says !== this.isCardBill && (lowers || !this.isCardBill)) {
        this.out.error(
          'direction_unreadable',
          cells.line,
          'the sign says another thing than in the rows before',
        );
        return null;
      }
    }
    if (this.isCardBill === null) {
      const message =
        'nothing says whether an amount without a sign was spent (as on bills of cards) or came in';
      this.out.error('direction_unreadable', cells.line, message);
      return null;
    }
    return this.isCardBill ? 0 - amountMinor : amountMinor;
  }

  private directed(direction: Direction, amountMinor: number, line: number): number | null {
    if (amountMinor < 0) this.hasNegative = true;
    this.byName.told += 1;
    if (direction === 'debit' && amountMinor > 0 && this.debitSign === -1 && !this.columns.has('direction')) {
      // Only the name of what was done, where amounts have signs: the sign counts.
      this.isTakenBack = true;
      return amountMinor;
    }
    return direction === 'debit' ? this.signedDebit(amountMinor, line) : this.signedCredit(amountMinor);
  }

  private signedCredit(amountMinor: number): number {
    this.isTakenBack = amountMinor < 0;
    return amountMinor;
  }

  /** Some banks write debits with a minus; others only those that are taken back. The first one of a file tells which. */
  private signedDebit(amountMinor: number, line: number): number | null {
    if (amountMinor === 0) return 0;
    const sign = amountMinor < 0 ? -1 : 1;
    this.debitSign ??= sign;
    if (sign === this.debitSign) return 0 - Math.abs(amountMinor);
    this.isTakenBack = sign === -1;
    if (this.isTakenBack) return 0 - amountMinor;
    this.out.error('direction_unreadable', line, 'a debit without a minus, where those before have one');
    return null;
  }
}

function isSideWord(text: string): boolean {
  return /^[DC]$/i.test(text) || directionWord(text) !== null;
}
