import { exec } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import {
  CHECK_IDS,
  type ConformanceTarget,
  checkText,
  type ReportLanguage,
  runCheck,
  runConformance,
  settingsSchema,
  signReport,
  summaryText,
  testAccountsSchema,
} from '../../../providers/open-protocol/index.ts';
import { manifestSchema } from '../../contract/index.ts';
import { createHttpClient } from '../../infra/outbound-http/index.ts';
import { systemClock } from '../../kernel/clock.ts';
import { CommandError, EXIT } from './exit-codes.ts';

interface RunOptions {
  url: string;
  key: string;
  agencyKey: string;
  manifest: string;
  accounts: string;
  report?: string;
  only?: string;
  restartCommand?: string;
  timeoutMs: string;
  language: ReportLanguage;
}

const keyFileSchema = z.object({ keyId: z.string(), privateKey: z.string() });
const agencyKeyFileSchema = z.object({ keyId: z.string(), publicKey: z.string() });
const accountsFileSchema = z.record(z.string(), testAccountsSchema);

const HELP_AFTER = `
Files, all JSON (providers/open-protocol/protocol/README.md):
  --key         {"keyId": …, "privateKey": …}: signs the requests, and the report
  --agency-key  {"keyId": …, "publicKey": …}: verifies the answers
  --accounts    test accounts by agency code; sandbox/reference-agency/test-accounts.json is an example

Every payment is taken back where the agency can. Exit codes: 0 passed · 1 not passed · 2 wrong command line or file`;

/** `civicpay conformance run`: whether an agency's endpoint keeps the open protocol. Needs no database. */
export function addConformanceCommands(program: Command, isJson: () => boolean): void {
  program
    .command('conformance')
    .description("test an agency's endpoint of the open protocol")
    .command('run')
    .description('drive it through every situation, with test payments; say what is wrong and what to do')
    .requiredOption('--url <url>', 'what the paths of the protocol are appended to')
    .requiredOption('--key <file>', 'the key that requests are signed with')
    .requiredOption('--agency-key <file>', "the agency's public key")
    .requiredOption('--manifest <file>', "the agency's manifest")
    .requiredOption('--accounts <file>', 'what may be asked for and paid')
    .option('--report <file>', 'write the signed report there')
    .addOption(new Option('--only <check>', 'run one check alone').choices(CHECK_IDS).conflicts('report'))
    .option('--restart-command <command>', 'restarts the agency hard, and ends when it listens again')
    .option('--timeout-ms <number>', 'how long to wait for an answer', '10000')
    .addOption(new Option('--language <language>', 'of the text').choices(['zh-CN', 'en']).default('zh-CN'))
    .addHelpText('after', HELP_AFTER)
    .action((options: RunOptions) => run(options, isJson()));
}

async function run(options: RunOptions, isJson: boolean): Promise<void> {
  const http = createHttpClient({ allowPrivateAddresses: true });
  try {
    const { target, key } = await readTarget(options);
    const passed = options.only
      ? await runOne({ ...target, http }, options.only, options.language, isJson)
      : await runAll({ ...target, http }, key, options, isJson);
    if (!passed) throw new CommandError('', EXIT.failed);
  } finally {
    await http.close();
  }
}

async function runOne(
  target: ConformanceTarget,
  id: string,
  language: ReportLanguage,
  isJson: boolean,
): Promise<boolean> {
  const result = await runCheck(target, id);
  console.log(isJson ? JSON.stringify(result) : checkText(result, language));
  return result.status !== 'failed';
}

async function runAll(
  target: ConformanceTarget,
  key: z.output<typeof keyFileSchema>,
  { language, report: file }: RunOptions,
  isJson: boolean,
): Promise<boolean> {
  const report = await runConformance(target, (result) => {
    if (!isJson) console.log(checkText(result, language));
  });
  const signed = signReport(report, key);
  if (file !== undefined) await writeFile(file, `${JSON.stringify(signed, null, 2)}\n`);
  console.log(isJson ? JSON.stringify(signed) : summaryText(report, language));
  return report.passed;
}

async function readTarget(options: RunOptions) {
  const key = await readJson(options.key, keyFileSchema);
  const agencyKey = await readJson(options.agencyKey, agencyKeyFileSchema);
  const manifest = await readJson(options.manifest, manifestSchema);
  const accounts = (await readJson(options.accounts, accountsFileSchema))[manifest.agencyCode ?? ''];
  if (!accounts) {
    const code = manifest.agencyCode ?? '""';
    throw new CommandError(`${options.accounts} has no accounts of the agency ${code}`, EXIT.usage);
  }
  const settings = settingsSchema.safeParse({
    baseUrl: options.url,
    signingKeys: [key],
    agencyKeys: [agencyKey],
    timeoutMs: Number(options.timeoutMs),
  });
  if (!settings.success) throw new CommandError(faultsIn('the command line', settings.error), EXIT.usage);
  const { restartCommand } = options;
  const restart = restartCommand === undefined ? {} : { restart: () => runCommand(restartCommand) };
  const target = { manifest, settings: settings.data, accounts, clock: systemClock, ...restart };
  return { target, key };
}

async function runCommand(command: string): Promise<void> {
  await promisify(exec)(command);
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    // What JSON.parse says quotes the file, which may be a key.
    const why = error instanceof SyntaxError ? 'not JSON' : (error as NodeJS.ErrnoException).code;
    throw new CommandError(`Can't read ${file}: ${why}`, EXIT.usage);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CommandError(faultsIn(file, parsed.error), EXIT.usage);
}

/** Where, and not what: the values may be keys. */
function faultsIn(what: string, { issues }: z.ZodError): string {
  return [
    `Wrong in ${what}:`,
    ...issues.map(({ path }) => `  ${path.map(String).join('.') || '(all of it)'}`),
  ].join('\n');
}
