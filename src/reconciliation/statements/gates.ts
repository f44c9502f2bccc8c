import { formatMinor } from '../../kernel/money.ts';
import type { BalanceKind, DeclaredTotals, StatementBalance, StatementTotals } from './statement.types.ts';

/** A statement while it is read. */
export interface OpenStatement {
  index: number;
  line: number;
  id: string | null;
  sequence: string | null;
  account: string | null;
  /** What its booked rows come to, by currency. */
  sums: Map<string | null, Sums>;
  balances: StatementBalance[];
  declared: DeclaredTotals | null;
}

export interface Sums {
  creditCount: number;
  creditMinor: number;
  debitCount: number;
  debitMinor: number;
  notBookedCount: number;
}

/** Where a gate says what does not hold. */
export interface GateReport {
  error(code: string, line: number, message: string): void;
  warn(code: string, line: number, message: string): void;
}

export function emptySums(): Sums {
  return { creditCount: 0, creditMinor: 0, debitCount: 0, debitMinor: 0, notBookedCount: 0 };
}

/** Which end of the statement a balance stands at, if at any. */
export function sideOf(kind: BalanceKind): 'opening' | 'closing' | null {
  if (kind === 'opening' || kind === 'openingPage' || kind === 'derivedOpening') return 'opening';
  if (kind === 'closing' || kind === 'closingPage' || kind === 'derivedClosing') return 'closing';
  return null;
}

/** What the file says of its totals has to be what its rows come to. */
export function checkDeclaredTotals(
  { declared, sums, line: startLine }: Pick<OpenStatement, 'declared' | 'sums' | 'line'>,
  report: GateReport,
): void {
  if (!declared) return;
  const line = declared.line || startLine;
  const filled = [...sums].filter(([, each]) => each.creditCount + each.debitCount + each.notBookedCount > 0);
  if (filled.length > 1) {
    report.warn('totals_not_comparable', line, 'declared totals over several currencies were not compared');
    return;
  }
  const [[currency, counted] = [null, emptySums()]] = filled;
  const computed: Record<TotalName, number> = {
    ...counted,
    count: counted.creditCount + counted.debitCount,
    netMinor: counted.creditMinor - counted.debitMinor,
  };
  for (const key of Object.keys(computed) as TotalName[]) {
    const said = declared[key];
    if (said === undefined || said === computed[key]) continue;
    const isCountOfAll = key === 'count' && said === computed.count + counted.notBookedCount;
    if (!isCountOfAll) {
      report.error('total_differs', line, totalDiffers(key, said, computed[key], currency));
    }
  }
}

type TotalName = Exclude<keyof DeclaredTotals, 'line'>;
const TOTAL_NAMES: Readonly<Record<TotalName, string>> = {
  count: 'rows',
  creditCount: 'number of credits',
  creditMinor: 'sum of credits',
  debitCount: 'number of debits',
  debitMinor: 'sum of debits',
  netMinor: 'credits less debits',
};

/** What to say of a total that the rows do not come to. */
export function totalDiffers(
  name: TotalName,
  said: number,
  counted: number,
  currency: string | null,
): string {
  const show = (total: number) => (name.endsWith('Minor') ? decimal(total, currency) : String(total));
  return `${TOTAL_NAMES[name]}: the file says ${show(said)}, its rows come to ${show(counted)}`;
}

/** An amount as people read it; without a currency, with two decimals. */
function decimal(amountMinor: number, currency: string | null): string {
  return formatMinor(amountMinor, currency !== null && /^[A-Z]{3}$/.test(currency) ? currency : 'XXX');
}

/** Opening + credits - debits = closing, in one currency of a statement. */
export function proveBalance(
  { balances }: OpenStatement,
  currency: string | null,
  sums: Sums,
  report: GateReport,
): StatementTotals['balanceProof'] {
  const opening = balances.find(({ kind }) => sideOf(kind) === 'opening');
  const closing = balances.find(({ kind }) => sideOf(kind) === 'closing');
  if (!opening || !closing) return 'notPossible';
  const { line } = closing;
  if (opening.currency !== currency || closing.currency !== currency) {
    const said = [opening, { currency }, closing].map((each) => each.currency ?? 'none');
    const message = `opening in ${said[0]}, rows in ${said[1]}, closing in ${said[2]}: the balances can’t be proved`;
    report.warn('balance_not_comparable', line, message);
    return 'notPossible';
  }
  const expectedMinor = opening.amountMinor + sums.creditMinor - sums.debitMinor;
  if (!Number.isSafeInteger(expectedMinor)) {
    report.error('total_too_large', line, 'opening and rows come to more than can be counted exactly');
    return 'failed';
  }
  if (expectedMinor === closing.amountMinor) return 'proved';
  const show = (amountMinor: number) => decimal(amountMinor, currency);
  const movements = `+ credits ${show(sums.creditMinor)} - debits ${show(sums.debitMinor)}`;
  report.error(
    'balance_differs',
    line,
    `opening ${show(opening.amountMinor)} ${movements} = ${show(expectedMinor)}, but closing is ${show(closing.amountMinor)}`,
  );
  return 'failed';
}
