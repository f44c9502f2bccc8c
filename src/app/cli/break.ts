import { type Command, Option } from 'commander';
import { digestText } from '../../http/break-digest.text.ts';
import { breakOf, detailOf, filterOf, resolutionOf } from '../../http/breaks.presenter.ts';
import { filterQuery } from '../../http/breaks.schemas.ts';
import { doneBy } from '../../http/onboarding.presenter.ts';
import { MANUAL_KINDS, type ManualKind } from '../../reconciliation/index.ts';
import { TOKENS as T } from '../container.ts';
import { breakLine } from './break-words.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { action, asOption, type CliContext, type Tools } from './people.ts';

const FINANCE = 'the person of finance';
const MOST_LISTED = 100;
/** What each part of a filter is called here. */
const OPTION_OF: Readonly<Record<string, string>> = {
  state: 'state',
  class: 'class',
  sourceId: 'source',
  fromDate: 'date',
  toDate: 'date',
};

/** `civicpay break`: what finance does with differences that reconciliation found (docs/breaks.md). */
export function addBreakCommands(program: Command, context: CliContext): void {
  const group = program
    .command('break')
    .description('differences that reconciliation found (docs/breaks.md)');
  addReadCommands(group, context);
  addResolveCommands(group, context);
  for (const command of group.commands) command.exitOverride();
}

function addReadCommands(group: Command, context: CliContext): void {
  group
    .command('digest')
    .description('how breaks stand now, and what happened in the last day')
    .addOption(new Option('--language <language>').choices(['zh-CN', 'en']).default('zh-CN'))
    .action(
      action(context, async (tools, _, { language }: { language: 'zh-CN' | 'en' }) => {
        const digest = await breaksOf(tools).digest();
        return context.isJson() ? digest : digestText(digest, language);
      }),
    );
  group
    .command('list')
    .description('those that are due first come first')
    .option('--state <states>', 'open, proposed, closed; several with commas', 'open,proposed')
    .option('--class <classes>', 'several with commas')
    .option('--source <source>', 'of one connection')
    .option('--date <date>', 'of one business date')
    .action(
      action(context, async (tools, _, options: Record<'state' | 'class' | 'source' | 'date', string>) => {
        const { state, class: classes, source: sourceId, date } = options;
        const query = filterQuery.safeParse({
          state,
          class: classes,
          sourceId,
          fromDate: date,
          toDate: date,
        });
        if (!query.success) {
          const wrong = query.error.issues.map(
            ({ path, message }) => `--${OPTION_OF[String(path[0])]}: ${message}`,
          );
          throw new CommandError([...new Set(wrong)].join('\n'), EXIT.usage);
        }
        const { items } = await breaksOf(tools).views.list(filterOf(query.data), { limit: MOST_LISTED });
        if (context.isJson()) return items.map(breakOf);
        return items.length === 0 ? 'No break is like that.' : items.map(breakLine).join('\n');
      }),
    );
  group
    .command('show')
    .argument('<break-id>')
    .description('what each side says, what happened, and what can be done')
    .action(
      action(context, async (tools, [breakId = '']) => detailOf(await breaksOf(tools).views.get(breakId))),
    );
}

interface ProposeOptions {
  kind: ManualKind;
  account?: string;
  reason: string;
}

function addResolveCommands(group: Command, context: CliContext): void {
  asOption(group.command('resolve').argument('<break-id...>'), FINANCE)
    .description('ask for breaks of one source to be closed; a second person approves')
    .addOption(new Option('--kind <kind>').choices(MANUAL_KINDS).makeOptionMandatory())
    .option('--account <account>', 'where an adjusted or left-over difference goes')
    .requiredOption('--reason <text>', 'why')
    .action(
      // Commander gives several arguments as one list.
      (breakIds: string[], options: ProposeOptions, command: Command) =>
        action<ProposeOptions>(context, async (tools, _, { kind, account = null, reason }) => {
          const by = doneBy(await tools.actor('finance'));
          const proposal = { breakIds, kind, account: account as null, reason };
          return resolutionOf(await breaksOf(tools).resolutions.propose(proposal, by));
        })(options, command),
    );
  asOption(group.command('approve').argument('<resolution-id>'), FINANCE)
    .description('approve what somebody else asked for, as it stands')
    .requiredOption('--hash <sha256>', 'of what is approved, as it was shown')
    .action(
      action(context, async (tools, [resolutionId = ''], { hash }: { hash: string }) => {
        const by = doneBy(await tools.actor('finance'));
        return resolutionOf(await breaksOf(tools).resolutions.approve(resolutionId, hash, by));
      }),
    );
  asOption(group.command('reject').argument('<resolution-id>'), FINANCE)
    .requiredOption('--reason <text>', 'why')
    .action(
      action(context, async (tools, [resolutionId = ''], { reason }: { reason: string }) => {
        const by = doneBy(await tools.actor('finance'));
        return resolutionOf(await breaksOf(tools).resolutions.reject(resolutionId, reason, by));
      }),
    );
  asOption(group.command('reopen').argument('<break-id>'), FINANCE)
    .description('open a resolved break again; what was booked is booked back')
    .requiredOption('--reason <text>', 'why')
    .action(
      action(context, async (tools, [breakId = ''], { reason }: { reason: string }) => {
        const { breaks, views } = breaksOf(tools);
        await breaks.reopen(breakId, reason, doneBy(await tools.actor('finance')));
        return detailOf(await views.get(breakId));
      }),
    );
}

const breaksOf = ({ container }: Tools) => container.resolve(T.reconciliation).breaks;
