import { type Command, Option } from 'commander';
import { resolutionOf, selectedIds } from '../../http/breaks.presenter.ts';
import { problemTexts } from '../../http/problem.ts';
import { RESOLUTION_ACCOUNTS, type ResolutionAccount } from '../../ledger/index.ts';
import { MANUAL_KINDS, type ManualKind, type Resolution } from '../../reconciliation/index.ts';
import {
  breaksOf,
  type FilterOptions,
  filterFrom,
  filterOptions,
  financeOf,
  peopleOf,
  writtenOf,
} from './break-input.ts';
import { shownBreak } from './break-shown.ts';
import { previewText, resolutionText } from './break-words.ts';
import { EXIT } from './exit-codes.ts';
import { action, asOption, type CliContext, FINANCE, type Tools } from './people.ts';

interface ProposeOptions {
  kind: ManualKind;
  account?: ResolutionAccount;
  reason: string;
}

interface BulkOptions extends ProposeOptions, FilterOptions {
  hash?: string;
}

/** `civicpay break resolve`, `bulk`, `approve`, `reject`, `withdraw`, `reopen`: one person asks, another one approves. */
export function addBreakResolveCommands(group: Command, context: CliContext): void {
  wayOptions(asOption(group.command('resolve').argument('<break-id...>'), FINANCE))
    .description('ask for breaks of one source to be closed; a second person approves')
    .action(
      action(context, async (tools, breakIds, { kind, account, reason }: ProposeOptions) => {
        const why = writtenOf('--reason', reason);
        const proposal = { breakIds, kind, account: account ?? null, reason: why };
        const asked = await breaksOf(tools).resolutions.propose(proposal, await financeOf(tools));
        return shown(tools, context, asked);
      }),
    );
  wayOptions(filterOptions(asOption(group.command('bulk'), FINANCE)))
    .description(
      'the same for all open breaks that the options find, 500 at most; shows first what it would do',
    )
    .option('--hash <sha256>', 'of what was shown: now ask for it')
    .action(action(context, (tools, _, options: BulkOptions) => bulk(tools, context, options)));
  asOption(group.command('approve').argument('<resolution-id>'), FINANCE)
    .description('approve what somebody else asked for, as it stands')
    .requiredOption('--hash <sha256>', 'of what is approved, as it was shown')
    .action(
      action(context, async (tools, [resolutionId = ''], { hash }: { hash: string }) => {
        const by = await financeOf(tools);
        return shown(tools, context, await breaksOf(tools).resolutions.approve(resolutionId, hash, by));
      }),
    );
  const drops = {
    reject: 'say no to what somebody else asked for',
    withdraw: 'take back what waits for a second person',
  } as const;
  for (const verb of ['reject', 'withdraw'] as const) {
    asOption(group.command(verb).argument('<resolution-id>'), FINANCE)
      .description(drops[verb])
      .requiredOption('--reason <text>', 'why')
      .action(
        action(context, async (tools, [resolutionId = ''], { reason }: { reason: string }) => {
          const by = await financeOf(tools);
          const { resolutions } = breaksOf(tools);
          const why = writtenOf('--reason', reason);
          return shown(tools, context, await resolutions[verb](resolutionId, why, by));
        }),
      );
  }
  asOption(group.command('reopen').argument('<break-id>'), FINANCE)
    .description('open a resolved break again; what was booked is booked back')
    .requiredOption('--reason <text>', 'why')
    .action(
      action(context, async (tools, [breakId = ''], { reason }: { reason: string }) => {
        await breaksOf(tools).breaks.reopen(breakId, writtenOf('--reason', reason), await financeOf(tools));
        return shownBreak(tools, context, breakId);
      }),
    );
}

function wayOptions(command: Command): Command {
  return command
    .addOption(new Option('--kind <kind>', 'how').choices(MANUAL_KINDS).makeOptionMandatory())
    .addOption(
      new Option('--account <account>', 'where an adjusted or left-over difference goes').choices(
        RESOLUTION_ACCOUNTS,
      ),
    )
    .requiredOption('--reason <text>', 'why');
}

async function bulk(tools: Tools, context: CliContext, options: BulkOptions) {
  const { kind, reason: text, hash, ...filter } = options;
  const account = options.account ?? null;
  const by = await financeOf(tools);
  const reason = writtenOf('--reason', text);
  const { views, preview, resolutions } = breaksOf(tools);
  const breakIds = await selectedIds(views, { filter: await filterFrom(tools, filter) }, ['open']);
  if (breakIds.length === 0) return context.isJson() ? { breakIds } : 'No open break is like that.';
  if (hash !== undefined) {
    const proposal = { breakIds, breaksSha256: hash, kind, account, reason };
    return shown(tools, context, await resolutions.propose(proposal, by));
  }
  const would = await preview(breakIds, kind, account);
  const obstacle = would.obstacle && { ...would.obstacle, ...problemTexts(would.obstacle.code, {}, 'en') };
  if (obstacle || would.people === 'refused') process.exitCode = EXIT.failed;
  return context.isJson() ? { ...would, obstacle } : previewText({ ...would, obstacle });
}

async function shown(tools: Tools, context: CliContext, resolution: Resolution) {
  return context.isJson() ? resolutionOf(resolution) : resolutionText(resolution, await peopleOf(tools));
}
