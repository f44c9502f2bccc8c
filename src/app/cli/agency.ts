import { type Command, Option } from 'commander';
import { STAGES, type Stage } from '../../agencies/index.ts';
import { TOKENS as T } from '../container.ts';
import { addAgencyKeyCommands } from './agency-keys.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { action, asOption, type CliContext, readJsonFile, readTextFile, type Tools } from './people.ts';

/** `civicpay agency …`: an agency's way from a draft to live, and what happens to it afterwards (docs/onboarding.md). */
export function addAgencyCommands(program: Command, context: CliContext): void {
  const group = program
    .command('agency')
    .description('bring an agency from a draft to live, and look after it (docs/onboarding.md)');
  addReading(group, context);
  addDrafting(group, context);
  addReleasing(group, context);
  addAgencyKeyCommands(group, context);
  for (const command of group.commands) command.exitOverride();
}

function addReading(group: Command, context: CliContext): void {
  group
    .command('list')
    .description('every agency, and how far its next version has come')
    .addOption(new Option('--stage <stage>', 'at this stage alone').choices(STAGES))
    .action(action(context, listAll));
  group
    .command('show')
    .description('where an agency stands, what is missing, and its releases')
    .argument('<agency>')
    .action(
      action(context, async ({ onboarding }, [agencyId = '']) => ({
        ...(await onboarding.get(agencyId)),
        releases: await onboarding.listReleases(agencyId),
      })),
    );
  group
    .command('diff')
    .description('what differs between two versions of its manifest')
    .argument('<agency>')
    .argument('<from>')
    .argument('<to>')
    .action(
      action(context, ({ onboarding }, [agencyId = '', from, to]) =>
        onboarding.diff(agencyId, Number(from), Number(to)),
      ),
    );
}

async function listAll({ onboarding }: Tools, _: readonly string[], { stage }: { stage?: Stage }) {
  const items = [];
  let cursor: string | undefined;
  do {
    const page = await onboarding.list({ stage, limit: 100, cursor });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

function addDrafting(group: Command, context: CliContext): void {
  const step = (name: string, description: string) =>
    asOption(group.command(name).description(description).argument('<agency>'));
  asOption(
    group
      .command('create')
      .description('begin an agency, or its next version, from a manifest')
      .argument('<manifest>', 'the file, JSON'),
  ).action(
    action(context, async ({ onboarding, actor }, [file = '']) => {
      const manifest = await readJsonFile(file);
      const agencyId = String((manifest as { id?: unknown } | null)?.id ?? '');
      return { agencyId, version: await onboarding.drafts.put(agencyId, manifest, await actor()) };
    }),
  );
  step('enter-sandbox', 'tie the draft to its connection, so that it can be tested').action(
    action(context, async ({ onboarding, actor }, [agencyId = '']) =>
      onboarding.drafts.enterSandbox(agencyId, await actor()),
    ),
  );
  step('test', 'run the conformance kit over its connection, with test payments')
    .requiredOption('--accounts <file>', 'what may be asked for and paid, JSON')
    .action(
      action(context, async ({ onboarding, actor }, [agencyId = ''], { accounts }: { accounts: string }) => {
        const testAccounts = await readJsonFile(accounts);
        const { passed, report } = await onboarding.conformance.run(agencyId, testAccounts, await actor());
        console.error(passed ? 'Passed.' : 'Not passed: see the report.');
        return JSON.parse(report) as unknown;
      }),
    );
  step('attest', 'attach the contract suite’s report, where there is no kit; somebody else accepts it')
    .requiredOption('--summary <text>', 'what was run, where, and with what result')
    .requiredOption('--report <file>', 'the report as it came')
    .action(
      action(context, async (tools, [agencyId = ''], options: { summary: string; report: string }) => {
        const report = await readTextFile(options.report);
        const attestation = { summary: options.summary, report };
        return {
          requestId: await tools.onboarding.conformance.attest(agencyId, attestation, await tools.actor()),
        };
      }),
    );
  step('submit', 'ask for the version to be approved by somebody else').action(
    action(context, async ({ onboarding, actor }, [agencyId = '']) => ({
      requestId: await onboarding.lifecycle.submit(agencyId, await actor()),
    })),
  );
  step('approve', 'approve the version that somebody else submitted').action(
    action(context, async ({ onboarding, actor }, [agencyId = '']) => {
      const { requestId } = await onboarding.get(agencyId);
      if (requestId === null) throw new CommandError('Nothing of it waits for approval.', EXIT.failed);
      return onboarding.approvals.approve(requestId, await actor());
    }),
  );
}

interface GoLiveOptions {
  regions?: string;
  share: string;
  from?: string;
}

function addReleasing(group: Command, context: CliContext): void {
  asOption(
    group
      .command('go-live')
      .description('make the approved version live')
      .argument('<agency>')
      .option('--regions <codes>', 'GB/T 2260 codes with commas between; all of the manifest’s otherwise')
      .option('--share <percent>', 'of a hundred residents, how many', '100')
      .option('--from <time>', 'ISO 8601; now otherwise'),
  ).action(
    action(context, async ({ onboarding, actor, container }, [agencyId = ''], options: GoLiveOptions) => {
      const effectiveFromMs = options.from ? Date.parse(options.from) : container.resolve(T.clock).nowMs();
      const sharePercent = Number(options.share);
      if (Number.isNaN(effectiveFromMs)) throw new CommandError('--from is no time', EXIT.usage);
      if (!Number.isInteger(sharePercent) || sharePercent < 0 || sharePercent > 100) {
        throw new CommandError('--share is 0 to 100', EXIT.usage);
      }
      const rollout = { regions: options.regions?.split(',') ?? null, sharePercent };
      await onboarding.lifecycle.goLive(agencyId, { rollout, effectiveFromMs }, await actor());
    }),
  );
  for (const [name, description] of [
    ['suspend', 'take no new payments for now, and say why'],
    ['retire', 'take no payments any more, and say why'],
  ] as const) {
    asOption(group.command(name).description(description).argument('<agency>'))
      .requiredOption('--zh <text>', 'the reason in Chinese, for residents')
      .requiredOption('--en <text>', 'the reason in English')
      .action(
        action(context, async (tools, [agencyId = ''], { zh, en }: { zh: string; en: string }) =>
          tools.onboarding.lifecycle.setStatus(agencyId, name, { 'zh-CN': zh, en }, await tools.actor()),
        ),
      );
  }
  asOption(group.command('resume').description('take payments again').argument('<agency>')).action(
    action(context, async ({ onboarding, actor }, [agencyId = '']) =>
      onboarding.lifecycle.setStatus(agencyId, 'resume', null, await actor()),
    ),
  );
}
