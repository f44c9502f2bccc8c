import { type Command, Option } from 'commander';
import { z } from 'zod';
import { connectionBody } from '../../http/onboarding.schemas.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { action, asOption, type CliContext, readJsonFile } from './people.ts';

const connectionFile = connectionBody.omit({ environment: true }).extend({ connectionId: z.string() });

/** `civicpay approval`, `connection` and `staff`: what only operators do. */
export function addOperatorCommands(program: Command, context: CliContext): void {
  for (const group of [
    approvalCommands(program, context),
    connectionCommands(program, context),
    staffCommands(program, context),
  ]) {
    for (const command of group.commands) command.exitOverride();
  }
}

function approvalCommands(program: Command, context: CliContext): Command {
  const group = program.command('approval').description('decide what somebody else asked for');
  group
    .command('list')
    .description('what waits for a second person')
    .action(
      action(context, async ({ onboarding }) => {
        const { items } = await onboarding.approvals.list({ isOpen: true, limit: 100 });
        return items;
      }),
    );
  asOption(group.command('approve').argument('<request-id>')).action(
    action(context, async ({ onboarding, actor }, [requestId = '']) =>
      onboarding.approvals.approve(requestId, await actor()),
    ),
  );
  asOption(group.command('return').argument('<request-id>'))
    .requiredOption('--reason <text>', 'why')
    .action(
      action(context, async (tools, [requestId = ''], { reason }: { reason: string }) =>
        tools.onboarding.approvals.return(requestId, reason, await tools.actor()),
      ),
    );
  asOption(group.command('withdraw').argument('<request-id>'))
    .option('--reason <text>', 'why')
    .action(
      action(context, async (tools, [requestId = ''], { reason }: { reason?: string }) =>
        tools.onboarding.approvals.withdraw(requestId, reason ?? null, await tools.actor()),
      ),
    );
  return group;
}

function connectionCommands(program: Command, context: CliContext): Command {
  const group = program.command('connection').description('the ways to agencies and banks');
  group
    .command('kinds')
    .description('which kinds there are, and what settings each takes')
    .action(action(context, async ({ onboarding }) => onboarding.connections.plugIns()));
  group
    .command('list')
    .description('every connection, without its settings')
    .action(action(context, ({ onboarding }) => onboarding.connections.list()));
  asOption(group.command('put').argument('<file>', '{connectionId, plug, kind, settings, limits}, JSON'))
    .description('put a connection in place; a live one waits for somebody else’s approval')
    .option('--sandbox', 'for trying out: at once, and never with real payments')
    .action(
      action(context, async ({ onboarding, actor }, [file = ''], { sandbox }: { sandbox?: true }) => {
        const parsed = connectionFile.safeParse(await readJsonFile(file));
        if (!parsed.success) {
          // Paths alone: what is in the file may be secret.
          const places = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole');
          throw new CommandError(`${file} is no connection; wrong: ${places.join(', ')}`, EXIT.usage);
        }
        const environment = sandbox ? 'sandbox' : 'live';
        return { requestId: await onboarding.connections.put(parsed.data, environment, await actor()) };
      }),
    );
  group
    .command('test')
    .description('ask the other side a harmless question')
    .argument('<connection-id>')
    .action(
      action(context, async ({ onboarding }, [connectionId = '']) => {
        const test = await onboarding.connections.test(connectionId);
        if (!test.answered) {
          throw new CommandError(`No answer: ${test.outcome} ${test.reason ?? ''}`.trim(), EXIT.failed);
        }
        return test;
      }),
    );
  return group;
}

interface StaffOptions {
  email: string;
  name: string;
  role: 'agency' | 'finance' | 'operator';
  agency?: string;
}

function staffCommands(program: Command, context: CliContext): Command {
  const group = program.command('staff').description('who works here, and for agencies');
  group
    .command('create')
    .description('let somebody sign in; their password and authenticator secret are shown this once')
    .requiredOption('--email <address>')
    .requiredOption('--name <text>', 'what is shown of them')
    .addOption(new Option('--role <role>').choices(['agency', 'finance', 'operator']).makeOptionMandatory())
    .option('--agency <id>', 'for the role agency: whose')
    .action(
      action(context, async ({ accounts }, _, { email, name, role, agency }: StaffOptions) => {
        const person = { email, displayName: name, roles: [role] as const, agencyId: agency };
        const { staffId, newPassword, totpUri } = await accounts.staff.create(person);
        return { staffId, password: newPassword, totpUri };
      }),
    );
  return group;
}
