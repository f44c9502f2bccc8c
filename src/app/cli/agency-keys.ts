import type { Command } from 'commander';
import { KEY_SCOPES, type KeyScope } from '../../accounts/index.ts';
import { KEY_LIFETIME_DAYS, KEY_OVERLAP_DAYS } from '../../agencies/index.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { action, asOption, type CliContext } from './people.ts';

/** `civicpay agency keys …`: keys of an agency's own systems. */
export function addAgencyKeyCommands(agency: Command, context: CliContext): void {
  const group = agency.command('keys').description('keys of an agency’s own systems');
  group
    .command('list')
    .argument('<agency>')
    .action(action(context, ({ onboarding }, [agencyId = '']) => onboarding.keys.list(agencyId)));
  asOption(group.command('create').description('make a key, shown this once').argument('<agency>'))
    .requiredOption('--label <text>', 'what the agency calls it')
    .requiredOption('--scopes <names>', `with commas between: ${KEY_SCOPES.join(', ')}`)
    .option('--days <number>', 'how long it is good', String(KEY_LIFETIME_DAYS.default))
    .action(
      action(context, async ({ onboarding, actor }, [agencyId = ''], options: NewKeyOptions) => {
        const wanted = {
          label: options.label,
          scopes: scopesOf(options.scopes),
          lifetimeDays: days(options.days, KEY_LIFETIME_DAYS.most),
        };
        return onboarding.keys.create(agencyId, wanted, await actor());
      }),
    );
  asOption(
    group
      .command('rotate')
      .description('make a key in place of another, which works on for a while')
      .argument('<agency>')
      .argument('<key-id>')
      .option('--overlap-days <number>', 'how long the old one works', String(KEY_OVERLAP_DAYS.default)),
  ).action(
    action(context, async (tools, [agencyId = '', keyId = ''], options: { overlapDays: string }) => {
      const overlapDays = days(options.overlapDays, KEY_OVERLAP_DAYS.most);
      return tools.onboarding.keys.rotate(agencyId, keyId, overlapDays, await tools.actor());
    }),
  );
  asOption(
    group
      .command('revoke')
      .description('let nobody in by a key any more')
      .argument('<agency>')
      .argument('<key-id>'),
  ).action(
    action(context, async ({ onboarding, actor }, [agencyId = '', keyId = '']) =>
      onboarding.keys.revoke(agencyId, keyId, await actor()),
    ),
  );
  for (const command of group.commands) command.exitOverride();
}

interface NewKeyOptions {
  label: string;
  scopes: string;
  days: string;
}

function scopesOf(text: string): KeyScope[] {
  const scopes = KEY_SCOPES.filter((scope) => text.split(',').includes(scope));
  if (scopes.length === text.split(',').length) return scopes;
  throw new CommandError(`--scopes are some of ${KEY_SCOPES.join(',')}`, EXIT.usage);
}

function days(text: string, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number <= most) return number;
  throw new CommandError(`the days are a whole number up to ${most}`, EXIT.usage);
}
