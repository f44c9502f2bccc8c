import { addDays } from '../../kernel/business-date.ts';
import { formatMinor } from '../../kernel/money.ts';
import { sideOf } from '../statements/gates.ts';
import type { StatementProblem, StatementSummary } from '../statements/statement.types.ts';
import type { Finding, GateName, Statement, StatementContent } from './intake.types.ts';
import type { RowDates } from './pieces.ts';

/** What the rows themselves say, beyond what the reader tells. */
export interface ReadRows {
  dates: RowDates;
  sums: StatementContent['sums'];
}

/** What the file is held against. */
export interface GateSetting {
  businessDate: string;
  currency: string;
  /** The account that the source's files are of; null: that of the file before. */
  account: string | null;
  /** Rows may be booked so many days beside the business date. */
  dayRange: number;
  /** An earlier revision that was let in has rows. */
  hadRows: boolean;
  /** Statements of other batches with the same rows in the same order. */
  sameRows: readonly Pick<Statement, 'sourceId' | 'businessDate' | 'revision'>[];
  /** The accepted statement of the latest date before this one. */
  previous: Pick<Statement, 'businessDate' | 'sequence' | 'content'> | null;
}

/**
 * Holds a file that was read to what has to be so before anything is matched. Pure; the order of the findings is that of `GATES` and
 * within it of the lines. An empty list: it may be matched.
 */
export function checkGates(
  summary: StatementSummary,
  { dates, sums }: ReadRows,
  setting: GateSetting,
): Finding[] {
  return [
    ...readersFindings(summary),
    ...rowsGone(summary, setting),
    ...seenBefore(summary, setting),
    ...sequenceGate(summary, setting),
    ...continuityGate(summary, setting),
    ...dateGate(summary, dates, setting),
    ...currencyGate(sums, setting),
    ...accountGate(summary, setting),
  ];
}

/** Whether a person may let a file with these findings in. */
export const isWaivable = (findings: readonly Finding[]): boolean =>
  findings.every((finding) => finding.severity !== 'stop' || finding.isWaivable);

/** All rows were read, and what the file says of them does not hold: a person may know why. */
const ARITHMETIC: Readonly<Record<string, GateName>> = {
  total_differs: 'totals',
  balance_differs: 'balance',
};

function readersFindings({ problems, problemsLeftOut, complete }: StatementSummary): Finding[] {
  const findings = problems.map(({ severity, code, line, message }: StatementProblem): Finding => {
    const isStop = severity === 'error';
    const gate = ARITHMETIC[code] ?? 'whole';
    return {
      gate,
      severity: isStop ? 'stop' : 'warn',
      code,
      line,
      // What stands in the line may be a person's.
      detail: message.replace(/“[^”]*”/gu, '“…”'),
      isWaivable: !isStop || gate !== 'whole',
    };
  });
  if (problemsLeftOut > 0) {
    const detail = `and ${problemsLeftOut} more`;
    findings.push(finding('whole', complete ? 'warn' : 'stop', 'more_problems', detail, false));
  }
  return findings.sort((a, b) => ORDER.indexOf(a.gate) - ORDER.indexOf(b.gate) || a.line - b.line);
}

const ORDER: readonly GateName[] = ['whole', 'totals', 'balance'];

/** That nothing happened after all is possible, and more often a fault. */
function rowsGone({ rowCount }: StatementSummary, { hadRows }: GateSetting): Finding[] {
  if (rowCount > 0 || !hadRows) return [];
  return [stop('totals', 'rows_gone', 'an earlier revision has rows, and this one has none')];
}

function seenBefore({ rowCount }: StatementSummary, { sameRows }: GateSetting): Finding[] {
  // That nothing happened may be said every day.
  if (rowCount === 0) return [];
  return sameRows.map(({ sourceId, businessDate, revision }) =>
    stop(
      'seenBefore',
      'rows_seen_before',
      `the same rows as revision ${revision} of ${sourceId} on ${businessDate}`,
    ),
  );
}

/** Running numbers go up by one; some begin again at 1 with a new year. Pages of one statement (`12/1`, `12/2`) have its number. */
function sequenceGate(summary: StatementSummary, { previous, businessDate }: GateSetting): Finding[] {
  const numbers = summary.totals.map(({ sequence }) => numberOf(sequence)).filter((each) => each !== null);
  const [first] = numbers;
  const last = numberOf(previous?.sequence ?? null);
  if (first === undefined || last === null || !previous) return [];
  const isNewYear = first === 1 && businessDate.slice(0, 4) > previous.businessDate.slice(0, 4);
  if (first === last + 1 || isNewYear) return [];
  if (first <= last) {
    return [
      stop(
        'sequence',
        'sequence_repeated',
        `number ${first}, and ${previous.businessDate} had ${last} already`,
      ),
    ];
  }
  const missing = first === last + 2 ? `number ${last + 1} is` : `numbers ${last + 1} to ${first - 1} are`;
  return [
    stop(
      'sequence',
      'sequence_missing',
      `number ${first} follows ${last} of ${previous.businessDate}: ${missing} missing`,
    ),
  ];
}

/** Digits in front of a page's; null where it is no number that could be counted on. */
function numberOf(sequence: string | null): number | null {
  const digits = /^\s*(\d{1,9})(?:\/\d{1,9})?\s*$/.exec(sequence ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The running number that the next file has to follow. */
export function lastSequenceOf({ totals }: Pick<StatementSummary, 'totals'>): string | null {
  const numbered = totals.filter(({ sequence }) => numberOf(sequence) !== null);
  return numbered.at(-1)?.sequence?.trim() ?? null;
}

/** Each account opens with what it closed with in the file before. */
function continuityGate(summary: StatementSummary, { previous }: GateSetting): Finding[] {
  if (!previous) return [];
  const before = balancesAt(previous.content, 'closing');
  return [...balancesAt(summary, 'opening')].flatMap(([key, opening]) => {
    const closing = before.get(key);
    if (!closing || closing.amountMinor === opening.amountMinor) return [];
    const show = ({ amountMinor, currency }: { amountMinor: number; currency: string | null }) =>
      `${formatMinor(amountMinor, currency ?? 'CNY')} ${currency ?? ''}`.trim();
    const detail = `opens with ${show(opening)}, and ${previous.businessDate} closed with ${show(closing)}`;
    return [{ ...stop('continuity', 'opening_differs', detail), line: opening.line }];
  });
}

/** The first opening and the last closing of each account and currency. */
function balancesAt(
  { balances, totals }: Pick<StatementContent, 'balances' | 'totals'>,
  side: 'opening' | 'closing',
) {
  const accounts = new Map(totals.map(({ statement, account }) => [statement, account]));
  const found = new Map<string, StatementContent['balances'][number]>();
  for (const balance of balances) {
    if (sideOf(balance.kind) !== side) continue;
    const key = `${accounts.get(balance.statement) ?? ''} ${balance.currency ?? ''}`;
    if (side === 'closing' || !found.has(key)) found.set(key, balance);
  }
  return found;
}

/** A file of another date would be all breaks; single rows beside the date are for matching. */
function dateGate(summary: StatementSummary, dates: RowDates, setting: GateSetting): Finding[] {
  const { businessDate, dayRange } = setting;
  const closings = summary.balances.filter(({ kind, on }) => kind === 'closing' && on !== null);
  const { first, last, onDateCount } = dates;
  if (first === null || last === null) {
    const other = closings.find(({ on }) => on !== businessDate);
    return other
      ? [
          {
            ...stop('date', 'date_differs', `it closes on ${other.on}, not on ${businessDate}`),
            line: other.line,
          },
        ]
      : [];
  }
  const said = first === last ? first : `${first} to ${last}`;
  if (onDateCount === 0)
    return [stop('date', 'date_differs', `its rows are of ${said}, none of ${businessDate}`)];
  const isFar = first < addDays(businessDate, -dayRange) || last > addDays(businessDate, dayRange);
  const detail = `its rows are of ${said}, more than ${dayRange} days beside ${businessDate}`;
  return isFar ? [finding('date', 'warn', 'date_far', detail, true)] : [];
}

function currencyGate(sums: StatementContent['sums'], { currency }: GateSetting): Finding[] {
  const others = sums.filter((sum) => sum.currency !== currency);
  if (others.length === 0) return [];
  const isNoneOurs = others.length === sums.length;
  const listed = others.map((sum) => `${sum.rowCount} in ${sum.currency || 'none'}`).join(', ');
  return [
    isNoneOurs
      ? stop('currency', 'currency_differs', `no row is in ${currency}: ${listed}`)
      : finding('currency', 'warn', 'currencies_several', `beside ${currency}: ${listed}`, true),
  ];
}

function accountGate({ totals }: StatementSummary, { account, previous }: GateSetting): Finding[] {
  const named = accountsOf(totals);
  const expected = account === null ? accountsOf(previous?.content.totals ?? []) : new Set([account]);
  if (named.size === 0 || expected.size === 0) return [];
  const isKnown = [...named].every((each) => expected.has(each));
  const detail =
    account === null ? 'of another account than the file before' : 'not of the account of the source';
  return isKnown ? [] : [stop('account', 'account_differs', detail)];
}

const accountsOf = (totals: StatementContent['totals']) =>
  new Set(totals.map(({ account }) => account).filter((account) => account !== null));

function finding(
  gate: GateName,
  severity: Finding['severity'],
  code: string,
  detail: string,
  mayBeWaived: boolean,
): Finding {
  return { gate, severity, code, line: 0, detail, isWaivable: mayBeWaived };
}

const stop = (gate: GateName, code: string, detail: string) => finding(gate, 'stop', code, detail, true);
