import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { batchOf, reportOf } from '../../http/batches.presenter.ts';
import { addDays } from '../../kernel/business-date.ts';
import { BATCH_COMMANDS, type Batch, type BatchCommand } from '../../reconciliation/index.ts';
import { TOKENS as T } from '../container.ts';
import { atDemoTime } from '../demo-day.ts';
import { ProgressLines } from './batch-progress.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { action, asOption, type CliContext, type Tools } from './people.ts';

const FINANCE = 'the person of finance';
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
    .option('--date <date>', 'one business date, YYYY-MM-DD')
    .action(action(context, (tools, _, { date }: { date?: string }) => status(tools, date)));
  dayCommand(group, 'watch', 'show how far a date is, until nothing of it is under way').action(
    action(context, async (tools, _, options: DayOptions) => watch(tools, context, options)),
  );
  asOption(dayCommand(group, 'run', DESCRIPTIONS.run), FINANCE).action(
    action(context, (tools, _, options: DayOptions) => run(tools, context, options)),
  );
  for (const command of BATCH_COMMANDS.filter((one) => one !== 'run')) {
    asOption(dayCommand(group, command, DESCRIPTIONS[command]), FINANCE).action(
      action(context, async (tools, _, options: DayOptions) => {
        const actor = await tools.actor('finance');
        const { batches } = flowOf(tools);
        const changed: Batch[] = [];
        for (const batch of await chosen(tools, options)) {
          changed.push(await batches.command(batch, command, actor));
        }
        return changed.map(batchOf);
      }),
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
    .requiredOption('--date <date>', 'the business date, YYYY-MM-DD')
    .option('--source <source>', 'of one source alone');
}

async function status(tools: Tools, date: string | undefined) {
  const { batches } = flowOf(tools);
  if (date === undefined) return batches.days({ before: null, limit: DAYS_SHOWN });
  const found = await chosen(tools, { date });
  return { batches: found.map(batchOf), report: reportOf(await batches.dayReport(date)) };
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
  const noonAfterMs = Date.parse(`${addDays(dateOf(options.date), 1)}T12:00:00+08:00`);
  return demo && noonAfterMs > clock.nowMs()
    ? atDemoTime({ http, clock }, demo, noonAfterMs, runAll)
    : runAll();
}

/** Shows progress until every batch has come to rest: done, stopped, or waiting for its time. */
async function watch(tools: Tools, context: CliContext, options: DayOptions) {
  const lines = new ProgressLines(context.isJson() ? null : process.stderr);
  for (;;) {
    const found = await chosen(tools, options);
    lines.show(found);
    const nowMs = tools.container.resolve(T.clock).nowMs();
    if (found.every((batch) => isAtRest(batch, nowMs))) {
      lines.end();
      return found.map(batchOf);
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** A batch that is due in some seconds is on its way to its next step. */
const SOON_MS = 15_000;
const isAtRest = ({ state, dueAtMs }: Batch, nowMs: number) =>
  state !== 'running' && !(state === 'waiting' && dueAtMs <= nowMs + SOON_MS);

/** Batches of a date, or the one of a source. Throws CommandError where there is none. */
async function chosen(tools: Tools, { date, source }: DayOptions): Promise<Batch[]> {
  const found = await flowOf(tools).batches.list(dateOf(date));
  const ofSource = found.filter(({ sourceId }) => source === undefined || sourceId === source);
  if (ofSource.length === 0)
    throw new CommandError(`Nothing is planned of ${date} that is asked for.`, EXIT.failed);
  return ofSource;
}

const flowOf = ({ container }: Tools) => container.resolve(T.reconciliation).flow;

function dateOf(text: string): string {
  if (z.iso.date().safeParse(text).success) return text;
  throw new CommandError(`${text} is no date: YYYY-MM-DD`, EXIT.usage);
}
