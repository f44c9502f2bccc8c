import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { DependencyContainer } from 'tsyringe';
import { type BillFilePreview, type BillFiles, importReport, problemText } from '../../bill-files/index.ts';
import type { AdviceFormat, ManifestInput, StatementFetch } from '../../contract/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { formatMinor } from '../../kernel/money.ts';
import type { Config } from '../config.ts';
import { closeContainer, createContainer, TOKENS as T } from '../container.ts';
import { CommandError, EXIT } from './exit-codes.ts';

const LIMITS = { concurrency: 64, ratePerSecond: 2_000 };

interface Options {
  agency: string;
  setup?: string;
  manifest?: string;
  again?: boolean;
  date: string;
  format: AdviceFormat;
  out?: string;
}

/** `civicpay bill-file …`: what an agency without a system sends and gets (docs/file-billers.md). */
export function addBillFileCommands(program: Command, config: () => Config, isJson: () => boolean): void {
  const group = program
    .command('bill-file')
    .description('bills of agencies that send files, and the advice of what was paid (docs/file-billers.md)');
  const command = (name: string, description: string) =>
    group.command(name).description(description).requiredOption('--agency <id>', 'the agency');
  const run =
    (work: (tools: Tools, options: Options, file: string) => Promise<unknown>) =>
    // Commander gives the arguments first, then the options.
    async (...given: unknown[]) => {
      const file = typeof given[0] === 'string' ? given[0] : '';
      const options = given[typeof given[0] === 'string' ? 1 : 0] as Options;
      await withTools(config(), isJson(), (tools) => work(tools, options, file));
    };

  command('setup', 'say how the agency’s files are read; what is in its books stays')
    .requiredOption('--setup <file>', 'the setup, JSON')
    .option('--manifest <file>', 'in a demo: the agency itself, JSON, made live at once')
    .action(run(setUp));
  command('preview', 'show the first lines of a file as they would be understood; stores nothing')
    .argument('<file>')
    .option('--setup <file>', 'a setup to try, JSON, instead of the one that is stored')
    .action(run(preview));
  command('import', 'take the bills of a file into the agency’s books')
    .argument('<file>')
    .option('--again', 'although this very file was taken in before')
    .action(run(importFile));
  command('pick-up', 'take in the files that lie in the agency’s folder').action(run(pickUp));
  command('advice', 'write the file of what was paid on a date, once it is over')
    .requiredOption('--date <date>', 'the business date, YYYY-MM-DD')
    .addOption(new Option('--format <format>').choices(['csv', 'xlsx']).default('csv'))
    .option('--out <file>', 'where to; without it, into the agency’s folder')
    .action(run(advice));
  for (const each of group.commands) each.exitOverride();
}

interface Tools {
  container: DependencyContainer;
  files: BillFiles;
  isDemo: boolean;
  say(text: string, json: unknown): void;
}

async function withTools(
  config: Config,
  isJson: boolean,
  work: (tools: Tools) => Promise<unknown>,
): Promise<void> {
  const container = createContainer({ ...config, logLevel: 'warn' }, 'cli');
  const say = (text: string, json: unknown) =>
    process.stdout.write(isJson ? `${JSON.stringify(json)}\n` : `${text}\n`);
  try {
    await work({ container, files: container.resolve(T.billFiles), isDemo: config.demo !== null, say });
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (error instanceof DomainError) {
      const fields = error.fields.map(({ pointer }) => ` ${pointer}`).join('');
      throw new CommandError(`Refused: ${error.code}${fields}`, EXIT.failed);
    }
    if (syscall === 'open' || syscall === 'stat')
      throw new CommandError(`Can't read the file: ${code}`, EXIT.usage);
    throw error;
  } finally {
    await closeContainer(container);
  }
}

async function setUp({ container, files, isDemo, say }: Tools, { agency, setup, manifest }: Options) {
  if (manifest !== undefined) {
    if (!isDemo)
      throw new CommandError('Outside a demo an agency is onboarded first, by two people.', EXIT.usage);
    await makeLive(container, (await readJson(manifest)) as ManifestInput);
  }
  const stored = await files.setUp(agency, await readJson(setup ?? ''));
  say(`The books of ${agency} are open. 账目已开立。`, stored);
}

/** The connection of file billers, where it is not there yet, and the agency on it. */
async function makeLive(container: DependencyContainer, manifest: ManifestInput): Promise<void> {
  const agencies = container.resolve(T.agencies);
  const there = await container
    .resolve(T.db)('connections')
    .where({ connection_id: manifest.connection })
    .first();
  if (!there) {
    await agencies.putConnection({
      connectionId: manifest.connection,
      plug: 'provider',
      kind: 'file-biller',
      settings: { folder: null },
      limits: LIMITS,
    });
  }
  await agencies.publishManifest(manifest);
}

async function preview({ files, say }: Tools, { agency, setup }: Options, file: string) {
  const shown = await files.preview(agency, file, setup === undefined ? undefined : await readJson(setup));
  say(previewText(shown), shown);
}

function previewText({ bills, problems }: BillFilePreview): string {
  const lines = bills.map(({ line, maskedAccount, maskedName, billId, details, amountMinor, dueDate }) =>
    [
      `  第 ${line} 行 line ${line}: ${maskedAccount} ${maskedName ?? ''}`,
      `${billId} ${details.period} ${formatMinor(amountMinor, 'XXX')} ${dueDate ?? ''}`,
    ].join(' | '),
  );
  return [...lines, ...problems.map(problemText)].join('\n');
}

async function importFile({ files, say }: Tools, { agency, again }: Options, file: string) {
  const result = await files.importFile({
    agencyId: agency,
    path: file,
    fileName: path.basename(file),
    importedBy: null,
    isAgain: again === true,
  });
  say(importReport(result).trimEnd(), result);
  if (result.kind === 'refused') throw new CommandError('', EXIT.usage);
}

async function pickUp({ container, say }: Tools, { agency }: Options) {
  const found = await container.resolve(T.agencies).getAgency(agency);
  if (!found) throw new DomainError('notFound', 'agency_not_found');
  const unavailable = { kind: 'unavailable', reason: { code: 'agency_down', source: 'civicpay' } } as const;
  const businessDate = new Date(container.resolve(T.clock).nowMs()).toISOString().slice(0, 10);
  const { outcome } = await container
    .resolve(T.agencies)
    .gateway.provider(
      found.manifest.connection,
      'importBills',
      { agencyCode: agency, businessDate },
      unavailable,
      unavailable,
    );
  if (outcome.kind === 'unavailable') {
    throw new CommandError(
      `Nothing was taken in: ${outcome.reason.detail ?? outcome.reason.code}`,
      EXIT.failed,
    );
  }
  const report =
    outcome.kind === 'ready' ? Buffer.from(outcome.content).toString('utf8') : '没有新文件 No new files';
  say(report, { kind: outcome.kind, report });
}

async function advice({ container, files, say }: Tools, { agency, date, format, out }: Options) {
  const made: StatementFetch = await files.advice(agency, date, format);
  if (made.kind !== 'ready') {
    const why = {
      notReady: '这一天还没有结束 The date is not over',
      emptyDay: '这一天没有缴费 Nothing was paid',
      unavailable: '',
    };
    return say(why[made.kind], { kind: made.kind });
  }
  const { fileName, content } = made;
  if (out !== undefined) {
    await writeFile(out, content);
    return say(out, { kind: 'written', file: out });
  }
  const found = await container.resolve(T.agencies).getAgency(agency);
  if (!found) throw new DomainError('notFound', 'agency_not_found');
  const unknown = { kind: 'unknown', reason: { code: 'no_answer', source: 'civicpay' } } as const;
  const { outcome } = await container
    .resolve(T.agencies)
    .gateway.provider(
      found.manifest.connection,
      'exportAdvice',
      { agencyCode: agency, businessDate: date, fileName, content },
      unknown,
      unknown,
    );
  if (outcome.kind !== 'accepted')
    throw new CommandError(`${fileName} was not laid out: ${outcome.kind}`, EXIT.failed);
  return say(fileName, { kind: 'laidOut', file: fileName });
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new CommandError(`Can't read ${file}: ${(error as Error).message}`, EXIT.usage);
  }
}
