import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import {
  FORMATS,
  type MatchResult,
  matchingRulesSchema,
  matchRowsOf,
  matchSides,
  RowTable,
  readStatement,
  type StatementSummary,
  TextPool,
} from '../../reconciliation/index.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { type FileSide, writeJson, writeText } from './reconcile-report.ts';
import type { ReconcileLanguage } from './reconcile-words.ts';
import { readLayout } from './statement.ts';

const MAX_RULES_BYTES = 4 * 1024 ** 2;

interface ReconcileOptions {
  left: string;
  right: string;
  leftFormat?: string;
  rightFormat?: string;
  leftLayout?: string;
  rightLayout?: string;
  rules?: string;
  language: ReconcileLanguage;
}

const roleSchema = z.enum(['ledger', 'channel', 'agency']);

/** The rules of the engine, and what two files do not say of themselves (docs/reconciliation.md). */
const rulesFileSchema = matchingRulesSchema.extend({
  leftRole: roleSchema.default('ledger'),
  rightRole: roleSchema.default('channel'),
  /** The right file is written from the other's point of view: its debits are the left file's credits. */
  isRightMirrored: z.boolean().default(false),
  /** Words in the text of a row of the right file that say that it is one movement for many payments. */
  settlementWords: z.array(z.string().min(2).max(64)).max(50).default([]),
  /** Which side having more is called 长款; houses differ. */
  surplusSide: z.enum(['left', 'right']).default('right'),
});
type RulesFile = z.infer<typeof rulesFileSchema>;
const NOT_MIRRORED = { isRightMirrored: false, settlementWords: [] };

/** `civicpay reconcile --left A --right B`: matches two files with the engine of every run. Needs no database. */
export function addReconcileCommand(program: Command, isJson: () => boolean): void {
  program
    .command('reconcile')
    .description('match two statement files and list what differs (docs/reconciliation.md)')
    .requiredOption('--left <file>', 'the first file: our books')
    .requiredOption('--right <file>', "the second file: the bank's or the agency's")
    .addOption(new Option('--left-format <format>', 'instead of finding out').choices(FORMATS))
    .addOption(new Option('--right-format <format>', 'instead of finding out').choices(FORMATS))
    .addOption(new Option('--left-layout <file>', 'a declared layout, as JSON').conflicts('leftFormat'))
    .addOption(new Option('--right-layout <file>', 'a declared layout, as JSON').conflicts('rightFormat'))
    .option('--rules <file>', 'rules as JSON, instead of the defaults')
    .addOption(new Option('--language <language>', 'of the text').choices(['zh-CN', 'en']).default('zh-CN'))
    .action((options: ReconcileOptions) => reconcile(options, isJson()));
}

async function reconcile(options: ReconcileOptions, isJson: boolean): Promise<void> {
  // A reader that has seen enough (`| head`) closes the pipe: nothing is left to do.
  process.stdout.once('error', () => process.exit(EXIT.ok));
  const rules = await readRules(options.rules);
  const pool = new TextPool();
  const left = await readSide(pool, options.left, options.leftFormat, options.leftLayout, NOT_MIRRORED);
  const right = await readSide(pool, options.right, options.rightFormat, options.rightLayout, rules);
  const result = match(left, right, rules);
  if (isJson) await writeJson(left, right, result);
  else await writeText(left, right, result, rules.surplusSide, options.language);
  if (result.breaks.length > 0) throw new CommandError('', EXIT.differs);
}

function match(left: FileSide, right: FileSide, rules: RulesFile): MatchResult {
  const {
    leftRole,
    rightRole,
    isRightMirrored: _,
    settlementWords: __,
    surplusSide: ___,
    ...matching
  } = rules;
  try {
    return matchSides(
      { role: leftRole, table: left.table },
      { role: rightRole, table: right.table },
      matching,
    );
  } catch (error) {
    if (error instanceof RangeError) throw new CommandError(error.message, EXIT.usage);
    throw error;
  }
}

async function readRules(file: string | undefined): Promise<RulesFile> {
  let value: unknown = {};
  if (file !== undefined) {
    try {
      const text = await readFile(file, 'utf8');
      if (text.length > MAX_RULES_BYTES) throw new Error('too large');
      value = JSON.parse(text);
    } catch (error) {
      throw new CommandError(`Can't read the rules ${file}: ${(error as Error).message}`, EXIT.usage);
    }
  }
  const parsed = rulesFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join('.') || 'rules'}: ${message}`);
  throw new CommandError(`${file} are not rules:\n${lines.join('\n')}`, EXIT.usage);
}

async function readSide(
  pool: TextPool,
  file: string,
  format: string | undefined,
  layoutFile: string | undefined,
  { isRightMirrored, settlementWords }: Pick<RulesFile, 'isRightMirrored' | 'settlementWords'>,
): Promise<FileSide> {
  const layout = layoutFile === undefined ? undefined : await readLayout(layoutFile);
  const table = new RowTable(pool);
  let summary: StatementSummary;
  try {
    summary = await readStatement(file, {
      format,
      layout,
      onRows(rows) {
        for (const row of rows) {
          const isSettlement = settlementWords.some((word) =>
            `${row.counterparty} ${row.memo}`.includes(word),
          );
          const told = isSettlement ? { ...row, isSettlement } : row;
          for (const matchRow of matchRowsOf(told, { isMirrored: isRightMirrored })) table.add(matchRow);
        }
      },
    });
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (!syscall) throw error;
    throw new CommandError(`Can't read ${file}: ${code}`, EXIT.usage);
  }
  if (!summary.complete) {
    const named = layoutFile ? ` --layout ${layoutFile}` : format ? ` --format ${format}` : '';
    throw new CommandError(notWhole(`${file}${named}`, file, summary), EXIT.usage);
  }
  return { file, table, summary };
}

/** What is not the whole statement is not matched: rows that are missing would look like breaks. */
function notWhole(command: string, file: string, { problems }: StatementSummary): string {
  const lines = problems
    .filter(({ severity }) => severity === 'error')
    .slice(0, 20)
    .map(({ code, line, message }) => `  ${line > 0 ? `line ${line}` : 'file'}: ${code}: ${message}`);
  return `${file} is not a whole statement, and nothing was matched:\n${lines.join('\n')}\nSee all of it: civicpay statement inspect ${command}`;
}
