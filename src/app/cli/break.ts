import { type Command, Option } from 'commander';
import { digestText } from '../../http/break-digest.text.ts';
import { breakOf, filterOf, resolutionOf } from '../../http/breaks.presenter.ts';
import { TOKENS as T } from '../container.ts';
import { breaksOf, type FilterOptions, filterFrom, filterOptions, peopleOf } from './break-input.ts';
import { addBreakResolveCommands } from './break-resolve.ts';
import { shownBreak } from './break-shown.ts';
import { breakLine, resolutionText, whyText } from './break-words.ts';
import { addBreakWorkCommands } from './break-work.ts';
import { action, asOption, type CliContext, FINANCE, type Tools } from './people.ts';

const MOST_LISTED = 100;

/** `civicpay break`: what finance does with differences that reconciliation found (docs/breaks.md). */
export function addBreakCommands(program: Command, context: CliContext): void {
  const group = program
    .command('break')
    .description('differences that reconciliation found (docs/breaks.md)');
  addReadCommands(group, context);
  addBreakWorkCommands(group, context);
  addBreakResolveCommands(group, context);
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
  filterOptions(group.command('list'))
    .description('those that are due first come first')
    .option('--state <states>', 'open, proposed, closed; several with commas', 'open,proposed')
    .action(
      action(context, async (tools, _, options: FilterOptions) => {
        const filter = filterOf(await filterFrom(tools, options));
        const { items } = await breaksOf(tools).views.list(filter, { limit: MOST_LISTED });
        if (context.isJson()) return items.map(breakOf);
        const nameOf = await peopleOf(tools);
        return items.length === 0
          ? 'No break is like that.'
          : items.map((found) => breakLine(found, nameOf)).join('\n');
      }),
    );
  group
    .command('show')
    .argument('<break-id>')
    .description('what each side says, what happened, and what can be done')
    .action(action(context, (tools, [breakId = '']) => shownBreak(tools, context, breakId)));
  asOption(group.command('why').argument('<break-id>'), FINANCE)
    .description('by which rule, and all rows as they came; who looked is written to the audit trail')
    .action(action(context, (tools, [breakId = '']) => why(tools, context, breakId)));
  group
    .command('proposals')
    .description('what waits for a second person, oldest first')
    .action(
      action(context, async (tools) => {
        const { items } = await breaksOf(tools).views.proposals({ limit: MOST_LISTED });
        if (context.isJson()) return items.map(resolutionOf);
        const nameOf = await peopleOf(tools);
        return items.length === 0
          ? 'Nothing waits for a second person.'
          : items.map((one) => resolutionText(one, nameOf)).join('\n');
      }),
    );
}

async function why(tools: Tools, context: CliContext, breakId: string) {
  const actor = await tools.actor('finance');
  const detail = await breaksOf(tools).views.get(breakId);
  const { rows } = detail;
  // Rows of a late file are all rows of ours: they stand in no break of their own.
  const row = rows.find(({ isActive }) => isActive) ?? rows[0];
  const { explanations } = tools.container.resolve(T.reconciliation);
  const answer = row ? await explanations.why(row, actor) : null;
  return context.isJson() ? { break: breakOf(detail), answer } : whyText(detail, answer);
}
