import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { formatMinor } from '../../kernel/money.ts';
import {
  FORMATS,
  type Layout,
  layoutSchema,
  readStatement,
  type StatementBalance,
  type StatementRow,
  type StatementSummary,
  type StatementTotals,
} from '../../reconciliation/index.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import type { CliContext } from './people.ts';
import { addStatementIntakeCommands } from './statement-intake.ts';

const MAX_LAYOUT_BYTES = 1024 ** 2;

interface InspectOptions {
  format?: string;
  layout?: string;
}

/** `civicpay statement inspect FILE`: what is in a statement file, without a database; and what finance does with such files. */
export function addStatementCommands(program: Command, context: CliContext): void {
  const group = program.command('statement').description('statement files of banks and agencies');
  group
    .command('inspect')
    .argument('<file>', 'the file as it came; gzip, zip and .xlsx too')
    .description('show its rows, balances and totals, and all that is wrong with it (docs/statements.md)')
    .addOption(new Option('--format <format>', 'what it is, instead of finding out').choices(FORMATS))
    .addOption(new Option('--layout <file>', 'a JSON file that declares the layout').conflicts('format'))
    .action((file: string, options: InspectOptions) => inspect(file, options, context.isJson()));
  addStatementIntakeCommands(group, context);
  for (const command of group.commands) command.exitOverride();
}

async function inspect(file: string, { format, layout }: InspectOptions, isJson: boolean): Promise<void> {
  // A reader that has seen enough (`| head`) closes the pipe: nothing is left to do.
  process.stdout.once('error', () => process.exit(EXIT.ok));
  const declared = layout === undefined ? undefined : await readLayout(layout);
  const print = isJson ? new JsonPrinter() : new TablePrinter();
  let summary: StatementSummary;
  try {
    summary = await readStatement(file, { format, layout: declared, onRows: (rows) => print.rows(rows) });
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (!syscall) throw error;
    throw new CommandError(`Can't read ${file}: ${code}`, EXIT.usage);
  }
  await print.summary(summary);
  if (!summary.complete) throw new CommandError('', EXIT.usage);
}

/** A declared layout; ends the command when it is none. */
export async function readLayout(file: string): Promise<Layout> {
  let value: unknown;
  try {
    const text = await readFile(file, 'utf8');
    if (text.length > MAX_LAYOUT_BYTES) throw new Error('too large');
    value = JSON.parse(text);
  } catch (error) {
    throw new CommandError(`Can't read the layout ${file}: ${(error as Error).message}`, EXIT.usage);
  }
  const parsed = layoutSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join('.') || 'layout'}: ${message}`);
  throw new CommandError(`${file} is not a layout:\n${lines.join('\n')}`, EXIT.usage);
}

/** Writes to standard output, and waits until it has gone: rows come faster than a pipe takes them. */
function write(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}

/** One JSON value, written as the rows come: `complete` stands behind them. */
class JsonPrinter {
  private count = 0;

  async rows(rows: readonly StatementRow[]): Promise<void> {
    const start = this.count === 0 ? '{"rows":[\n' : ',\n';
    this.count += rows.length;
    await write(
      start + rows.map((row) => JSON.stringify({ ...row, sha256: hash('sha256', row.raw) })).join(',\n'),
    );
  }

  async summary(summary: StatementSummary): Promise<void> {
    const start = this.count === 0 ? '{"rows":[' : '\n';
    await write(`${start}],\n${JSON.stringify(summary).slice(1)}\n`);
  }
}

const COLUMNS = [
  ['line', 7],
  ['booked', 10],
  ['value', 10],
  ['amount', 18],
  ['cur', 3],
  ['ref', 28],
  ['counterparty', 24],
  ['memo', 40],
] as const;

class TablePrinter {
  private hasBegun = false;
  private entryName: string | null = null;

  async rows(rows: readonly StatementRow[]): Promise<void> {
    const lines = rows.flatMap((row) => [
      ...this.entryHeading(row),
      cells([
        String(row.line),
        row.bookedOn ?? '',
        row.valueOn ?? '',
        amount(row.direction === 'debit' ? 0 - row.amountMinor : row.amountMinor, row.currency),
        row.currency ?? '',
        row.ref ?? row.bankRef ?? '',
        row.counterparty ?? '',
        `${row.isBooked ? '' : '(not booked) '}${row.isReversal ? '(reversal) ' : ''}${row.memo ?? ''}`,
      ]),
    ]);
    if (!this.hasBegun) lines.unshift(cells(COLUMNS.map(([name]) => name)));
    this.hasBegun = true;
    await write(`${lines.join('\n')}\n`);
  }

  /** Above the first row of each file of an archive of several. */
  private entryHeading({ entry, line }: StatementRow): string[] {
    if (!entry || entry.name === this.entryName) return [];
    this.entryName = entry.name;
    return [`${entry.name}, from line ${line - entry.line + 1}:`];
  }

  async summary(summary: StatementSummary): Promise<void> {
    const { format, variant, encoding, balances, totals, problems, problemsLeftOut, rowCount } = summary;
    const kind = [format ?? 'unknown format', variant !== format && variant, encoding]
      .filter(Boolean)
      .join(', ');
    const lines = [
      '',
      `${kind}: ${rowCount} rows`,
      ...totals.map(totalLine),
      ...balances.map(balanceLine),
      ...problems.map(({ severity, code, line, message }) => {
        const place = line > 0 ? `line ${line}` : 'file';
        return `${severity === 'error' ? 'ERROR  ' : 'warning'} ${place}: ${message} [${code}]`;
      }),
      ...(problemsLeftOut > 0 ? [`… and ${problemsLeftOut} problems more`] : []),
      summary.complete
        ? 'complete: true'
        : 'complete: false. This is not the whole statement, or it contradicts itself.',
    ];
    await write(`${lines.join('\n')}\n`);
  }
}

function totalLine(totals: StatementTotals): string {
  const { statement, entryName, statementId, account, currency, balanceProof, notBookedCount } = totals;
  const name = [`statement ${statement + 1}`, entryName, statementId, account && `account ${account}`]
    .filter(Boolean)
    .join(', ');
  const credits = `${totals.creditCount} credits ${amount(totals.creditMinor, currency)}`;
  const debits = `${totals.debitCount} debits ${amount(totals.debitMinor, currency)}`;
  const others = notBookedCount > 0 ? `, ${notBookedCount} not booked` : '';
  const proof = {
    proved: 'balances proved',
    failed: 'BALANCES DIFFER',
    notPossible: 'balances not provable',
  };
  return `${name}: ${credits}, ${debits} ${currency ?? ''}${others}; ${proof[balanceProof]}`;
}

function balanceLine({ statement, kind, amountMinor, currency, on, line }: StatementBalance): string {
  return `statement ${statement + 1}: ${kind} ${amount(amountMinor, currency)} ${currency ?? ''} ${on ?? ''} (line ${line})`;
}

/** Without a known currency, two decimals are shown. */
function amount(amountMinor: number, currency: string | null): string {
  return formatMinor(amountMinor, currency !== null && /^[A-Z]{3}$/.test(currency) ? currency : 'XXX');
}

function cells(texts: readonly string[]): string {
  return COLUMNS.map(([name, width], index) => toWidth(texts[index] ?? '', width, name === 'amount'))
    .join('  ')
    .trimEnd();
}

/** Cuts or fills a text to a width on the screen, where Chinese characters are two wide. */
function toWidth(text: string, width: number, isRight: boolean): string {
  let shown = '';
  let shownWidth = 0;
  for (const character of text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')) {
    const characterWidth = WIDE.test(character) ? 2 : 1;
    if (shownWidth + characterWidth > width) break;
    shown += character;
    shownWidth += characterWidth;
  }
  const filling = ' '.repeat(width - shownWidth);
  return isRight ? filling + shown : shown + filling;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
