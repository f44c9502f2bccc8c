import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { batchOf, reportOf } from '../../http/batches.presenter.ts';
import { addDays } from '../../kernel/business-date.ts';
import { BATCH_COMMANDS, type Batch, type BatchCommand, commandsFor } from '../../reconciliation/index.ts';
import { TOKENS as T } from '../container.ts';
import { atDemoTime } from '../demo-day.ts';
import { ProgressLines } from './batch-progress.ts';
import { batchLine, dayLine } from './batch-words.ts';
import { dateOf } from './dates.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { action, asOption, type CliContext, FINANCE, type Tools } from './people.ts';

const LOOK_EVERY_MS = 500;
const DAYS_SHOWN = 31;

interface DayOptions {
  date: string;
  source?: string;
}

/** `civicpay reconciliation`: how business dates stand, and what finance does to them. */
export function addReconciliationCommands(program: Command, context: CliContext): void {
  const group = program
    .command('reconciliation')
    .description('business dates: their files, matching, reports');
  group
    .command('status')
    .description('how the last dates stand, or one of them with its report')
    .option('--date <date>', 'one business date: YYYY-MM-DD, today, yesterday')
    .action(action(context, (tools, _, { date }: { date?: string }) => status(tools, context, date)));
  dayCommand(group, 'watch', 'show how far a date is, until nothing of it is under way').action(
    action(context, async (tools, _, options: DayOptions) => watch(tools, context, options)),
  );
  asOption(dayCommand(group, 'run', DESCRIPTIONS.run), FINANCE).action(
    action(context, (tools, _, options: DayOptions) => run(tools, context, options)),
  );
  for (const command of BATCH_COMMANDS.filter((one) => one !== 'run')) {
    asOption(dayCommand(group, command, DESCRIPTIONS[command]), FINANCE).action(
      action(context, (tools, _, options: DayOptions) => commandAll(tools, context, command, options)),
    );
  }
  for (const command of group.commands) command.exitOverride();
}

const DESCRIPTIONS: Readonly<Record<BatchCommand, string>> = {
  run: 'run it all again, from asking for the files; in a demo, today can be closed so',
  pause: 'let nothing of it be done until it is resumed',
  resume: 'go on with what was paused',
  cancel: 'give it up, until it is run again',
  retry: 'go on from the step that failed or stopped',
};

function dayCommand(group: Command, name: string, description: string): Command {
  return group
    .command(name)
    .description(description)
    .requiredOption('--date <date>', 'the business date: YYYY-MM-DD, today, yesterday')
    .option('--source <source>', 'of one source alone');
}

async function status(tools: Tools, context: CliContext, date: string | undefined) {
  const { batches } = flowOf(tools);
  if (date === undefined) {
    const days = await batches.days({ before: null, limit: DAYS_SHOWN });
    if (context.isJson()) return days;
    return days.length === 0 ? 'Nothing is planned yet: a worker plans dates.' : days.map(dayLine).join('\n');
  }
  const found = await chosen(tools, { date });
  if (!context.isJson()) return shown(tools, context, found);
  return { batches: found.map(batchOf), report: reportOf(await batches.dayReport(dateIn(tools, date))) };
}

/** Of a whole date, those batches that the command makes sense for; of one source, that one. */
async function commandAll(tools: Tools, context: CliContext, command: BatchCommand, options: DayOptions) {
  const actor = await tools.actor('finance');
  const found = await chosen(tools, options);
  const isOne = options.source !== undefined;
  const fitting = found.filter(({ state }) => isOne || commandsFor(state).includes(command));
  if (fitting.length === 0) {
    const states = [...new Set(found.map(({ state }) => state))].join(', ');
    throw new CommandError(`No batch of ${options.date} can be told to ${command}: ${states}.`, EXIT.failed);
  }
  const changed: Batch[] = [];
  for (const batch of fitting) changed.push(await flowOf(tools).batches.command(batch, command, actor));
  return shown(tools, context, changed);
}

/** Runs batches and watches them. A demo's banks and agencies are moved past the end of the date first. */
async function run(tools: Tools, context: CliContext, options: DayOptions) {
  const actor = await tools.actor('finance');
  const { demo } = tools.container.resolve(T.config);
  const http = tools.container.resolve(T.httpClient);
  const clock = tools.container.resolve(T.clock);
  await tools.container.resolve(T.reconciliation).sources.sync();
  await flowOf(tools).plan();
  const runAll = async () => {
    for (const batch of await chosen(tools, options)) {
      if (batch.state !== 'running') await flowOf(tools).batches.command(batch, 'run', actor);
    }
    return watch(tools, context, options);
  };
  const noonAfterMs = Date.parse(`${addDays(dateIn(tools, options.date), 1)}T12:00:00+08:00`);
  return demo && noonAfterMs > clock.nowMs()
    ? atDemoTime({ http, clock }, demo, noonAfterMs, runAll)
    : runAll();
}

/** Shows progress until every batch has come to rest. The command has failed unless all are done. */
async function watch(tools: Tools, context: CliContext, options: DayOptions) {
  const lines = new ProgressLines(context.isJson() ? null : process.stderr);
  let changedAtMs = clockOf(tools).nowMs();
  let before = '';
  for (;;) {
    const found = await chosen(tools, options);
    lines.show(found);
    const nowMs = clockOf(tools).nowMs();
    if (found.every((batch) => isAtRest(batch, nowMs))) {
      lines.end();
      if (!found.every(({ state }) => state === 'done')) process.exitCode = EXIT.failed;
      return shown(tools, context, found);
    }
    const now = found.map(({ updatedAtMs }) => updatedAtMs).join();
    if (now !== before) changedAtMs = nowMs;
    before = now;
    if (nowMs - changedAtMs > NOBODY_WORKS_AFTER_MS)
      throw new CommandError('Nobody carries it on. Does a worker run? civicpay doctor', EXIT.failed);
    await sleep(LOOK_EVERY_MS);
  }
}

/** A batch that is due in some seconds is on its way to its next step. */
const SOON_MS = 15_000;
/** A batch at work tells of itself twice a second. */
const NOBODY_WORKS_AFTER_MS = 60_000;
const isAtRest = ({ state, dueAtMs }: Batch, nowMs: number) =>
  state !== 'running' && !(state === 'waiting' && dueAtMs <= nowMs + SOON_MS);

async function shown(tools: Tools, context: CliContext, found: readonly Batch[]) {
  if (context.isJson()) return found.map(batchOf);
  const { batches } = flowOf(tools);
  const nowMs = clockOf(tools).nowMs();
  const lines: string[] = [];
  for (const batch of found) lines.push(batchLine(batch, await batches.report(batch), nowMs));
  return lines.join('\n');
}

/** Batches of a date, or the one of a source. Throws CommandError where there is none. */
async function chosen(tools: Tools, { date, source }: DayOptions): Promise<Batch[]> {
  const businessDate = dateIn(tools, date);
  const found = await flowOf(tools).batches.list(businessDate);
  if (found.length === 0)
    throw new CommandError(
      `Nothing is planned of ${businessDate}: it lies ahead, or before the first payment.`,
      EXIT.failed,
    );
  const ofSource = found.filter(({ sourceId }) => source === undefined || sourceId === source);
  if (ofSource.length > 0) return ofSource;
  const known = found.map(({ sourceId }) => sourceId).join(', ');
  throw new CommandError(`${source} is no source of ${businessDate}. There are: ${known}`, EXIT.failed);
}

const flowOf = ({ container }: Tools) => container.resolve(T.reconciliation).flow;
const clockOf = ({ container }: Tools) => container.resolve(T.clock);
const dateIn = (tools: Tools, text: string) => dateOf(text, clockOf(tools));
