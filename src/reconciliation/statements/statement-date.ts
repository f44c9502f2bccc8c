import { calendarDate, lastDayOf } from '../../infra/files/index.ts';

/** Between a label and what it is of: `账单日 Statement Date: [`, and no other word of Chinese. */
const GAP = '[^\\d\\p{Script=Han}]{0,30}';
const DAY = '(?<!\\d)(\\d{4})\\s?[-/.年]?\\s?(\\d{1,2})\\s?[-/.月]?\\s?(\\d{1,2})(?!\\d)日?';
const TIME = '(?:\\s?\\d{1,2}:\\d{2}(?::\\d{2})?)?';
const MONTH = '(?<!\\d)(\\d{4})\\s?[-/.年]?\\s?(\\d{1,2})(?!\\d|\\s?[-/.月]\\s?\\d)';
/** With its words, where an amount may stand beside it. */
const WORDED_MONTH = '(?<!\\d)(\\d{4})\\s?年\\s?(\\d{1,2})\\s?月(?!\\s?\\d)';
/** The bill before, and the one after. */
const NOT_ANOTHER = '(?<!上期|上次|上月|上一期?|上一个|下期|下次|下月|下一期?|下一个)';

const BILLED_ON = pattern(
  `${NOT_ANOTHER}(?:(?:账单|出账|结账|对账|清算)(?:生成)?(?:日期|日)|statement date)(?:为|是)?${GAP}${DAY}`,
);
const TO = '\\s?(?:至|到|[-~—–]{1,4}|to)\\s?';
const PERIOD = pattern(`${DAY}${TIME}${TO}${DAY}`);
/** `2025/12/06-01/05` */
const PERIOD_OF_ONE_YEAR = pattern(`${DAY}${TO}(\\d{1,2})[-/月](\\d{1,2})(?!\\d)`);
const FROM = pattern(`(?:起始|开始)(?:日期|日|时间)?${GAP}${DAY}`);
const UNTIL = pattern(`(?<!还款|缴款|付款|有效期?)(?:终止|结束|截止|截至)(?:日期|日|时间)?${GAP}${DAY}`);
const BILLED_MONTHS = [
  pattern(`${NOT_ANOTHER}(?:账单|账务)(?:所属)?(?:月份|年月|月|期)${GAP}${MONTH}`),
  pattern(`${WORDED_MONTH}份?[^\\d,]{0,16}账单`),
  pattern(`账单${GAP}${WORDED_MONTH}`),
];
/** In a small table above the rows labels stand above what they are of. */
const LABEL = pattern(`^(?:本期)?(?:账单|出账|结账)(?:日期?|周期|期间|月份?)(?:\\s?[a-z ]+)?:?$`);

const MONTH_AND_DAY = /^(?:(\d{1,2})[-/.](\d{1,2})|(\d{1,2})月(\d{1,2})日?|(\d{2})(\d{2}))(?:$|\s)/;

/**
 * Of when a table is whose rows lack the year, from what stands above them: the day that the bill was made out (账单日), else the last of
 * its period, else the last of its month. Of two of a kind the later counts.
 */
export class StatementDate {
  private billedOn: string | null = null;
  private from: string | null = null;
  private until: string | null = null;
  private endOfMonth: string | null = null;
  private labels: readonly string[] = [];

  /** `YYYY-MM-DD`; null where nothing said it. */
  get date(): string | null {
    const { billedOn, from, until, endOfMonth } = this;
    return billedOn ?? (until && isWithinYear(from ?? until, until) ? until : endOfMonth);
  }

  /** Takes a line above the heading. */
  take(plain: readonly string[]): void {
    this.takeText(plain.join(' '));
    for (const [column, label] of this.labels.entries()) {
      if (label !== '') this.takeText(`${label} ${plain[column] ?? ''}`);
    }
    // The translation of a label may stand in a line between.
    const waits = (column: number) => (/\d/.test(plain[column] ?? '') ? '' : (this.labels[column] ?? ''));
    this.labels = plain.map((cell, column) => (LABEL.test(cell.toLowerCase()) ? cell : waits(column)));
  }

  private takeText(line: string): void {
    const text = line.slice(0, 1_000).replace(/\s+/g, ' ').toLowerCase();
    this.billedOn = later(this.billedOn, dayIn(BILLED_ON.exec(text)));
    const [from, until] = periodIn(text);
    for (const day of [from, dayIn(FROM.exec(text))]) {
      if (day && (this.from === null || day < this.from)) this.from = day;
    }
    for (const day of [until, dayIn(UNTIL.exec(text))]) this.until = later(this.until, day);
    for (const month of BILLED_MONTHS) this.endOfMonth = later(this.endOfMonth, monthEndIn(month.exec(text)));
  }
}

/** Whether a text is a day that lacks its year: `03/05`, `3月5日`, `0305`. */
export function lacksYear(text: string): boolean {
  const [month, day] = monthAndDay(text);
  return month !== undefined && calendarDate(2000, month, day ?? 0) !== null;
}

/** The day that a text without a year was, on `notAfter` or nearest before it; null when there is none within the year. */
export function dayBefore(text: string, notAfter: string): string | null {
  const [month = 0, day = 0] = monthAndDay(text);
  const year = Number(notAfter.slice(0, 4));
  const days = [year, year - 1].map((each) => calendarDate(each, month, day));
  return days.find((each) => each !== null && each <= notAfter) ?? null;
}

function monthAndDay(text: string): number[] {
  const groups = MONTH_AND_DAY.exec(text)?.slice(1) ?? [];
  return groups.filter((group) => group !== undefined).map(Number);
}

function pattern(source: string): RegExp {
  return new RegExp(source, 'u');
}

const dayIn = (match: RegExpExecArray | null) => dayOf(match?.slice(1) ?? []);

function dayOf([year = '0', month, day]: readonly string[]): string | null {
  return calendarDate(Number(year), Number(month), Number(day));
}

function periodIn(text: string): [string | null, string | null] {
  const whole = PERIOD.exec(text)?.slice(1);
  if (whole) return [dayOf(whole), dayOf(whole.slice(3))];
  const short = PERIOD_OF_ONE_YEAR.exec(text)?.slice(1) ?? [];
  const from = dayOf(short);
  if (!from) return [null, null];
  const [year = '', , , month, day] = short;
  const days = [Number(year), Number(year) + 1].map((each) => calendarDate(each, Number(month), Number(day)));
  return [from, days.find((each) => each !== null && each >= from) ?? null];
}

function monthEndIn(match: RegExpExecArray | null): string | null {
  const [year, month] = [Number(match?.[1] ?? 0), Number(match?.[2])];
  return calendarDate(year, month, lastDayOf(year, month));
}

function later(known: string | null, found: string | null): string | null {
  return known !== null && (found === null || found < known) ? known : found;
}

/** Beyond a year a month and a day are more than one. */
function isWithinYear(from: string, until: string): boolean {
  return until < `${Number(from.slice(0, 4)) + 1}${from.slice(4)}`;
}
