import path from 'node:path';
import { type Command, Option } from 'commander';
import { statementOf } from '../../http/statements.schemas.ts';
import type { Statement } from '../../reconciliation/index.ts';
import { TOKENS as T } from '../container.ts';
import { peopleOf } from './break-input.ts';
import { dateOf } from './dates.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { action, asOption, type CliContext, FINANCE, type Tools } from './people.ts';
import { statementLine, statementText } from './statement-words.ts';

const MOST_LISTED = 100;

interface Batch {
  source: string;
  date: string;
}

/** `civicpay statement import`, `list`, `show`, `decide`: what finance does with files of banks and agencies. */
export function addStatementIntakeCommands(group: Command, context: CliContext): void {
  ofBatch(asOption(group.command('import').argument('<file>', 'in any format'), FINANCE))
    .description('take a file in for a business date; another file is a new revision')
    .action(
      action(context, async (tools, args, batch: Batch) => {
        const { kind, statement } = await importFile(tools, args, batch);
        if (context.isJson()) return { outcome: kind, statement: statementOf(statement, true) };
        const text = await textOf(tools, statement);
        return kind === 'seenBefore' ? `It was taken in before.\n${text}` : text;
      }),
    );
  group
    .command('list')
    .description('statements of both sides with their revisions, newest first')
    .option('--source <source>', 'of one connection')
    .option('--date <date>', 'of one business date')
    .action(
      action(context, async (tools, _, { source, date }: Partial<Batch>) => {
        const filter = {
          sourceId: source,
          businessDate: date === undefined ? undefined : dateIn(tools, date),
        };
        const found = await intakeOf(tools).list(filter, { limit: MOST_LISTED, beforeId: null });
        const shown = found.map((statement) => statementOf(statement));
        if (context.isJson()) return shown;
        return shown.length === 0 ? 'No statement is like that.' : shown.map(statementLine).join('\n');
      }),
    );
  group
    .command('show')
    .argument('<statement-id>')
    .description('one statement, with all that its gates found')
    .action(
      action(context, async (tools, [statementId = '']) => {
        const statement = await intakeOf(tools).get(statementId);
        return context.isJson() ? statementOf(statement, true) : textOf(tools, statement);
      }),
    );
  asOption(group.command('decide').argument('<statement-id>'), FINANCE)
    .description('let a file in that a gate has stopped, or refuse it for good')
    .addOption(new Option('--decision <decision>').choices(['accept', 'refuse']).makeOptionMandatory())
    .requiredOption('--reason <text>', 'why')
    .action(
      action(context, async (tools, args, decision: Decision) => {
        const decided = await decide(tools, args, decision);
        return context.isJson() ? statementOf(decided, true) : textOf(tools, decided);
      }),
    );
}

function ofBatch(command: Command): Command {
  return command
    .requiredOption('--source <source>', 'the connection whose file it is')
    .requiredOption('--date <date>', 'the business date: YYYY-MM-DD, today, yesterday');
}

async function importFile(tools: Tools, [file = '']: readonly string[], { source, date }: Batch) {
  const { id: receivedBy } = await tools.actor('finance');
  const { batches } = tools.container.resolve(T.reconciliation).flow;
  const key = { sourceId: source, businessDate: dateIn(tools, date) };
  try {
    const taken = await batches.take(key, { path: file, fileName: path.basename(file), receivedBy });
    if (!('statement' in taken)) throw new RangeError(`a file was taken in as ${taken.kind}`);
    const { findings } = taken.statement;
    if (taken.kind === 'stopped') {
      // Who has to decide can; a file that is not whole has to be sent again.
      process.exitCode = findings.every(({ isWaivable }) => isWaivable) ? EXIT.failed : EXIT.usage;
    }
    return taken;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (!syscall) throw error;
    throw new CommandError(`Can't read ${file}: ${code}`, EXIT.usage);
  }
}

interface Decision {
  decision: 'accept' | 'refuse';
  reason: string;
}

async function decide(
  tools: Tools,
  [statementId = '']: readonly string[],
  { decision, reason }: Decision,
): Promise<Statement> {
  const actor = await tools.actor('finance');
  const decided = await intakeOf(tools).decide(statementId, { accept: decision === 'accept', reason }, actor);
  await tools.container.resolve(T.reconciliation).flow.batches.decided(decided);
  return decided;
}

const textOf = async (tools: Tools, statement: Statement) =>
  statementText(statementOf(statement, true), await peopleOf(tools));

const intakeOf = ({ container }: Tools) => container.resolve(T.reconciliation).intake;
const dateIn = ({ container }: Tools, text: string) => dateOf(text, container.resolve(T.clock));
