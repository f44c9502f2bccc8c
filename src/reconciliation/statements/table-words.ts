import { readPrintedAmount } from '../../infra/files/index.ts';
import type { StatementCollector } from './collector.ts';
import type { DeclaredTotals, Direction } from './statement.types.ts';

/** Sums and balances stand between rows, with a date or without. */
const SUM = /^(.{0,6}合计|总计|小计|期[初末]余额|承前页|过次页)/;
const REMARK =
  /^(#|-{4,}|={4,}|—{4,}|注:|说明|提示|备注:|以上|本页|共:?\s*\d|(合计|总|借方|贷方|收入|支出).{0,5}(笔数|金额|额):)/;

/** How many rows there are, of all and not of one page or one side. */
const COUNT = /共:?\s*(\d{1,9})\s*[笔条](?!\/?页)|总笔数:?\s*(\d{1,9})(?!\d)/;
const PART = /本页|小计|收|支|借|贷|本日|本月/;

/** Lines that people read: rules, remarks, `#…`, totals with their words. A row has a date, and may begin with any word. */
export function isNote(raw: string, plain: readonly string[], isDated: () => boolean): boolean {
  const first = plain.find((cell) => cell !== '') ?? '';
  if (SUM.test(first)) return true;
  if (REMARK.test(first)) return !isDated();
  const isShort =
    /^((已|待)?(收入|支出)[:合]|导出时间|打印|起始|终止|第.{1,6}页)/.test(first) && !/^\d{8,}/.test(raw);
  return isShort && plain.filter((cell) => cell !== '').length <= 2 && !isDated();
}

/** What notes say of the totals: `共43笔记录`, `收入：1笔 0.35元`, `#支出合计：3笔，共-300.00元`, `已支出:6笔,1268.00元`. */
export class DeclaredReader {
  private readonly out: StatementCollector;
  private readonly found: DeclaredTotals = { line: 0 };

  constructor(out: StatementCollector) {
    this.out = out;
  }

  take(raw: string, line: number): void {
    const text = raw.normalize('NFKC').slice(0, 500);
    const count = COUNT.exec(text);
    if (count && !PART.test(text.slice(0, count.index))) {
      this.found.count = Number(count[1] ?? count[2]);
      this.found.line ||= line;
    }
    const side =
      /(?:^|[#",\s])(?:已)?(收入|支出)(?:合计)?\s*:\s*(\d{1,9})\s*笔[,\s]*共?\s*([+-]?[\d.,]{1,20})\s*元/.exec(
        text,
      );
    if (!side) return;
    const amountMinor = this.out.amount(
      readPrintedAmount(side[3] ?? '', 'CNY'),
      side[3] ?? '',
      line,
      'total',
    );
    if (amountMinor === null) return;
    const name = side[1] === '收入' ? 'credit' : 'debit';
    Object.assign(this.found, { [`${name}Count`]: Number(side[2]), [`${name}Minor`]: Math.abs(amountMinor) });
    this.found.line ||= line;
  }

  get totals(): DeclaredTotals | null {
    return this.found.line > 0 ? this.found : null;
  }
}

/** The direction that a word of `收/支`, `借/贷` or `DC` means, for the account that the table is of. */
export function directionWord(text: string | null): Direction | null {
  if (text === null) return null;
  // Some write it twice: “借 Dr”.
  const [word = '', again] = text.split(/[\s/()]+/);
  const direction = wordDirection(word);
  return again && wordDirection(again) !== direction ? null : direction;
}

function wordDirection(word: string): Direction | null {
  if (/^(收入|收|收款|已收入|贷|贷方|贷记|C|CR|CREDIT|来账|转入|存入|入账|流入|\+)$/i.test(word))
    return 'credit';
  if (/^(支出|支|付|付款|已支出|借|借方|借记|D|DR|DEBIT|往账|转出|取出|出账|流出|-)$/i.test(word))
    return 'debit';
  return null;
}
