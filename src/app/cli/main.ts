import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { migrateUp, openDb } from '../../infra/db/index.ts';
import { type Config, ConfigError, loadConfig } from '../config.ts';
import { addAgencyCommands } from './agency.ts';
import { addBillFileCommands } from './bill-file.ts';
import { addBreakCommands } from './break.ts';
import { addCatalogueCommands } from './catalogue.ts';
import { addConformanceCommands } from './conformance.ts';
import { runDoctor } from './doctor.ts';
import { ROOT, readEnvironment } from './environment.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { addOperatorCommands } from './operator.ts';
import { addProviderCommands } from './provider.ts';
import { addReconcileCommand } from './reconcile.ts';
import { addReconciliationCommands } from './reconciliation.ts';
import { serve } from './serve.ts';
import { addSettlementCommands } from './settlement.ts';
import { DEFAULT_ACCOUNT_NUMBER, runSmoke } from './smoke.ts';
import { addStatementCommands } from './statement.ts';

const HELP_AFTER = `
Settings come from environment variables (DATABASE_URL, REDIS_URL, VAULT_KEYS, … see docs/operations.md); without
DATABASE_URL, in a clone where "npm start" has run, from that demo.

Exit codes: 0 done, healthy · 1 failed, not healthy · 2 wrong command line, or a file that is not whole · 3 not configured, or not reachable ·
4 compared, and different`;

function createProgram(): Command {
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  const program = new Command('civicpay')
    .description('Runs civicpay and looks after it.')
    .version(version)
    .option('--json', 'print one JSON value instead of text')
    .addHelpText('after', HELP_AFTER)
    .exitOverride();
  const isJson = () => program.opts<{ json?: boolean }>().json === true;

  program
    .command('serve')
    .description('run the HTTP server until stopped')
    .option('--with-worker', 'run the workers in the same process')
    .option('--seed', 'first put the demo city in (demo only; it is put in once)')
    .action((options: { withWorker?: boolean; seed?: boolean }) =>
      serve(config(), {
        withServer: true,
        withWorker: options.withWorker === true,
        withSeed: options.seed === true,
      }),
    );
  program
    .command('worker')
    .description('run the workers until stopped')
    .action(() => serve(config(), { withServer: false, withWorker: true, withSeed: false }));
  program
    .command('migrate')
    .description('apply the schema changes that are missing')
    .action(() => migrate(config(), isJson()));
  program
    .command('seed')
    .description('put the demo city in, where it is missing')
    .action(() => seed(config(), isJson()));
  program
    .command('doctor')
    .description('say what is configured, reachable and healthy, and how to mend what is not')
    .action(() => runDoctor(readEnvironment(), isJson()));
  program
    .command('smoke')
    .description("walk a resident's whole journey over the HTTP API of a running demo")
    .option('--url <url>', 'the server (default: PUBLIC_URL of the demo here, else http://localhost:8080)')
    .option('--account <number>', 'the account number whose bills are paid', DEFAULT_ACCOUNT_NUMBER)
    .action((options: { url?: string; account: string }) =>
      runSmoke({
        url: options.url ?? readEnvironment().variables.PUBLIC_URL ?? 'http://localhost:8080',
        accountNumber: options.account,
        isJson: isJson(),
      }),
    );
  addStatementCommands(program, { config, isJson });
  addReconcileCommand(program, isJson);
  addReconciliationCommands(program, { config, isJson });
  addBreakCommands(program, { config, isJson });
  addSettlementCommands(program, { config, isJson });
  addAgencyCommands(program, { config, isJson });
  addOperatorCommands(program, { config, isJson });
  addBillFileCommands(program, config, isJson);
  addConformanceCommands(program, isJson);
  addProviderCommands(program, isJson);
  addCatalogueCommands(program, config, isJson);
  for (const command of program.commands) command.exitOverride();
  return program;
}

function config(): Config {
  return loadConfig(readEnvironment().variables);
}

async function migrate({ databaseUrl }: Config, isJson: boolean): Promise<void> {
  const db = openDb({ url: databaseUrl, poolMax: 2 });
  try {
    const applied = await migrateUp(db);
    if (isJson) print({ applied });
    else console.log(applied.length === 0 ? 'Nothing to apply.' : `Applied:\n  ${applied.join('\n  ')}`);
  } finally {
    await db.destroy();
  }
}

async function seed(settings: Config, isJson: boolean): Promise<void> {
  if (!settings.demo) {
    throw new CommandError('Only a demo is seeded, and DEMO is not set: use npm start.', EXIT.notConfigured);
  }
  const { seedDemo } = await import('../seed.ts');
  await seedDemo({ config: settings });
  if (isJson) print({ seeded: true });
  else console.log('The demo city is in.');
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** The code for a failed command, after its message has been printed. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ConfigError || error instanceof CommandError) {
    if (error.message) console.error(error.message);
    return error instanceof CommandError ? error.exitCode : EXIT.notConfigured;
  }
  const { code, message, stack, syscall, path: file } = error as NodeJS.ErrnoException;
  if (code && UNREACHABLE.has(code)) {
    console.error(`Can't reach a server this needs: ${message || code}. See what: civicpay doctor`);
    return EXIT.notConfigured;
  }
  if (code && syscall && file) {
    console.error(`Can't ${syscall} ${file}: ${code}`);
    return EXIT.failed;
  }
  console.error(stack ?? message);
  return EXIT.failed;
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN']);

try {
  await createProgram().parseAsync();
  // A command that has printed what came of it may have failed all the same.
  process.exit(process.exitCode ?? EXIT.ok);
} catch (error) {
  process.exit(report(error));
}
