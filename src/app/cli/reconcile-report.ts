import { formatMinor } from '../../kernel/money.ts';
import {
  BREAK_CLASSES,
  type Break,
  MATCH_RULES,
  type Match,
  type MatchResult,
  type MatchRule,
  type RowTable,
  type SideProof,
  type StatementSummary,
} from '../../reconciliation/index.ts';
import { RECONCILE_WORDS, type ReconcileLanguage } from './reconcile-words.ts';

const MAX_ROWS_SHOWN = 20;
const MATCHES_PER_WRITE = 5_000;

/** One of the two files, read. */
export interface FileSide {
  file: string;
  table: RowTable;
  summary: StatementSummary;
}

/** One JSON value; matches are written as they are made, for there may be millions. */
export async function writeJson(left: FileSide, right: FileSide, result: MatchResult): Promise<void> {
  const head = {
    left: sideOf(left),
    right: sideOf(right),
    matchCount: result.matchCount,
    matchesByRule: countByRule(result),
    breakCount: result.breaks.length,
    proof: result.proof,
    digest: result.digest,
    breaks: inOrder(result.breaks, left.table, right.table).map((found) => ({
      ...found,
      left: found.left.map((row) => left.table.rowAt(row)),
      right: found.right.map((row) => right.table.rowAt(row)),
      relatedLeft: found.relatedLeft.map((row) => left.table.line[row]),
      relatedRight: found.relatedRight.map((row) => right.table.line[row]),
    })),
    proposals: result.proposals.map((proposal) => ({
      ...proposal,
      left: left.table.rowAt(proposal.left),
      right: right.table.rowAt(proposal.right),
    })),
  };
  await write(`${JSON.stringify(head).slice(0, -1)},"matches":[`);
  let isFirst = true;
  let pending: string[] = [];
  for (const match of result.matches()) {
    pending.push(JSON.stringify(linesOf(match, left.table, right.table)));
    if (pending.length < MATCHES_PER_WRITE) continue;
    await write(`${isFirst ? '\n' : ',\n'}${pending.join(',\n')}`);
    isFirst = false;
    pending = [];
  }
  if (pending.length > 0) await write(`${isFirst ? '\n' : ',\n'}${pending.join(',\n')}`);
  await write('\n]}\n');
}

/** A summary, each break with its lines and what to do, and the proof. */
export async function writeText(
  left: FileSide,
  right: FileSide,
  result: MatchResult,
  surplusSide: 'left' | 'right',
  language: ReconcileLanguage,
): Promise<void> {
  const report = new TextReport(left, right, surplusSide, language);
  await write(`${report.head(result).join('\n')}\n`);
  for (const found of inOrder(result.breaks, left.table, right.table)) {
    await write(`\n${report.breakLines(found).join('\n')}\n`);
  }
  await write(`\n${report.tail(result).join('\n')}\n`);
}

class TextReport {
  private readonly left: FileSide;
  private readonly right: FileSide;
  private readonly surplusSide: 'left' | 'right';
  private readonly words: (typeof RECONCILE_WORDS)[ReconcileLanguage];

  constructor(left: FileSide, right: FileSide, surplusSide: 'left' | 'right', language: ReconcileLanguage) {
    this.left = left;
    this.right = right;
    this.surplusSide = surplusSide;
    this.words = RECONCILE_WORDS[language];
  }

  head(result: MatchResult): string[] {
    const { words } = this;
    const counts = countByRule(result);
    const classes = BREAK_CLASSES.map((name) => ({
      name,
      count: result.breaks.filter((found) => found.class === name).length,
    })).filter(({ count }) => count > 0);
    return [
      ...[this.left, this.right].map(
        ({ file, summary }, place) =>
          `${place === 0 ? words.left : words.right}: ${file} (${summary.format}, ${summary.rowCount} ${words.rows})`,
      ),
      '',
      `${words.matched}: ${result.matchCount}`,
      ...MATCH_RULES.filter((rule) => counts[rule] !== undefined).map(
        (rule) => `  ${counts[rule]}  ${words.rules[rule]} [${rule}]`,
      ),
      result.breaks.length === 0 ? words.noBreaks : `${words.breaks}: ${result.breaks.length}`,
      ...classes.map(({ name, count }) => `  ${count}  ${words.classes[name].title} [${name}]`),
    ];
  }

  breakLines(found: Break): string[] {
    const { words } = this;
    const { title, todo } = words.classes[found.class];
    const { differenceMinor } = found;
    const shown = this.rowLines(words.left, this.left.table, found.left);
    shown.push(...this.rowLines(words.right, this.right.table, found.right));
    if (differenceMinor !== null && differenceMinor !== 0) {
      const { currency } = this.anyRowOf(found);
      const isSurplus = differenceMinor > 0 === (this.surplusSide === 'right');
      shown.push(
        `  ${words.difference}: ${money(differenceMinor, currency)}  ${isSurplus ? words.surplus : words.shortage}`,
      );
    }
    const related = [
      ...found.relatedLeft.map((row) => `${words.left} ${this.place(this.left.table, row)}`),
      ...found.relatedRight.map((row) => `${words.right} ${this.place(this.right.table, row)}`),
    ];
    if (related.length > 0) shown.push(`  ${words.related}: ${limited(related, words.more).join(', ')}`);
    return [`${title} [${found.class}, ${found.rule}${scoresText(found)}]`, ...shown, `  → ${todo}`];
  }

  tail({ proposals, proof, digest }: MatchResult): string[] {
    const { words, left, right } = this;
    const lines = proposals.map(
      (each) =>
        `  ${each.score}%  ${words.left} ${this.place(left.table, each.left)} ~ ${words.right} ${this.place(right.table, each.right)}`,
    );
    return [
      ...(lines.length > 0 ? [`${words.proposals}:`, ...limited(lines, words.more), ''] : []),
      words.proof,
      ...proofLines(words.left, proof.left),
      ...proofLines(words.right, proof.right),
      `${words.digest}: ${digest}`,
    ];
  }

  private rowLines(side: string, table: RowTable, rows: readonly number[]): string[] {
    const lines = rows.map((at) => {
      const { amountMinor, currency, bookedOn, ref, channelRef, text, status } = table.rowAt(at);
      const amount = amountMinor === null ? '?' : money(amountMinor, currency);
      const told = [bookedOn, amount, ref ?? channelRef ?? text, status === 'final' ? null : status];
      return `  ${side} ${this.place(table, at)}: ${told.filter((each) => each !== null).join('  ')}`.replace(
        /[\p{Cc}\p{Cf}]+/gu,
        ' ',
      );
    });
    return limited(lines, `  ${this.words.more}`);
  }

  private place(table: RowTable, row: number): string {
    return this.words.line(table.line[row] ?? 0);
  }

  private anyRowOf({ left, right }: Break) {
    return left.length > 0 ? this.left.table.rowAt(left[0] ?? 0) : this.right.table.rowAt(right[0] ?? 0);
  }
}

function proofLines(side: string, { all, matched, broken }: SideProof): string[] {
  return all.map(({ currency, rows, amountMinor }) => {
    const of = (sums: SideProof['all']) => {
      const sum = sums.find((each) => each.currency === currency);
      return `${sum?.rows ?? 0} (${money(sum?.amountMinor ?? 0, currency)})`;
    };
    return `  ${side}: ${rows} (${money(amountMinor, currency)}) = ${of(matched)} + ${of(broken)}`;
  });
}

function scoresText({ scores }: Break): string {
  return Object.entries(scores)
    .map(([name, score]) => `, ${name} ${score}`)
    .join('');
}

function limited(lines: readonly string[], more: string): string[] {
  if (lines.length <= MAX_ROWS_SHOWN) return [...lines];
  return [...lines.slice(0, MAX_ROWS_SHOWN), `${more} ${lines.length - MAX_ROWS_SHOWN}`];
}

function money(amountMinor: number, currency: string): string {
  return `${formatMinor(amountMinor, currency)} ${currency}`;
}

function countByRule(result: MatchResult): Partial<Record<MatchRule, number>> {
  const counts: Partial<Record<MatchRule, number>> = {};
  for (const { rule } of result.matches()) counts[rule] = (counts[rule] ?? 0) + 1;
  return counts;
}

/** By class, then by line: the order of the engine says nothing to a reader. */
function inOrder(breaks: readonly Break[], left: RowTable, right: RowTable): Break[] {
  const lineOf = (found: Break) =>
    found.left.length > 0 ? (left.line[found.left[0] ?? 0] ?? 0) : (right.line[found.right[0] ?? 0] ?? 0);
  const classOf = (found: Break) => BREAK_CLASSES.indexOf(found.class);
  return [...breaks].sort((a, b) => classOf(a) - classOf(b) || lineOf(a) - lineOf(b));
}

function linesOf({ rule, left, right, scores }: Match, leftTable: RowTable, rightTable: RowTable) {
  return {
    rule,
    left: left.map((row) => leftTable.line[row]),
    right: right.map((row) => rightTable.line[row]),
    scores,
  };
}

function sideOf({ file, table, summary }: FileSide) {
  const { format, fileSha256, rowsSha256 } = summary;
  return { file, format, rowCount: table.count, fileSha256, rowsSha256 };
}

/** Writes to standard output, and waits until it has gone. */
function write(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}
