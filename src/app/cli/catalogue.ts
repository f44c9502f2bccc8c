import type { Command } from 'commander';
import type { Accepted, Catalogue, CatalogueEntry } from '../../agencies/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Config } from '../config.ts';
import { closeContainer, createContainer, TOKENS as T } from '../container.ts';
import { CommandError, EXIT } from './exit-codes.ts';

interface SyncOptions {
  connection: string;
  accept?: string[];
}

/** `civicpay catalogue`: agencies behind a connection that carries many. */
export function addCatalogueCommands(program: Command, config: () => Config, isJson: () => boolean): void {
  const group = program
    .command('catalogue')
    .description('agencies behind a connection that carries many (docs/connections.md)');
  group
    .command('sync')
    .description('ask a connection what agencies it carries, and show what differs from what is live')
    .requiredOption('--connection <id>', 'the connection')
    .option(
      '--accept <code...>',
      'let these differences hold at once, by the connection’s codes; "all" for all',
    )
    .action((options: SyncOptions) => sync(config(), options, isJson()));
  for (const each of group.commands) each.exitOverride();
}

async function sync(config: Config, { connection, accept }: SyncOptions, isJson: boolean): Promise<void> {
  if (accept && !config.demo) {
    throw new CommandError(
      'Outside a demo two people decide: submit the differences, and have somebody else approve them (docs/connections.md).',
      EXIT.usage,
    );
  }
  const container = createContainer({ ...config, logLevel: 'error' }, 'catalogue');
  try {
    const { catalogues } = container.resolve(T.onboarding);
    const catalogue = await catalogues.sync(connection);
    const codes = accept?.length === 1 && accept[0] === 'all' ? null : (accept ?? []);
    const isDone = codes !== null && codes.length === 0;
    const accepted = isDone ? null : await catalogues.acceptDirectly(connection, catalogue.revisionId, codes);
    if (isJson) {
      const entries = catalogue.entries.map(({ proposed: _, ...entry }) => entry);
      process.stdout.write(`${JSON.stringify({ ...catalogue, entries, accepted })}\n`);
    } else console.log(textOf(catalogue, accepted));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { code, params } = error;
    throw new CommandError(`${code} ${JSON.stringify(params)}`, EXIT.failed);
  } finally {
    await closeContainer(container);
  }
}

function textOf({ connectionId, listedCount, entries }: Catalogue, accepted: Accepted | null): string {
  const differing = entries.length === 0 ? 'all of it as it is live' : `${entries.length} differ`;
  const lines = [`${connectionId} lists ${listedCount} agencies; ${differing}.`, ...entries.flatMap(linesOf)];
  if (accepted) {
    const { published, retired } = accepted;
    lines.push(`Live now: ${published.length}. Retired: ${retired.length}.`, ...published);
  } else if (entries.length > 0) {
    lines.push('Nothing of it holds yet.');
  }
  return lines.join('\n');
}

const SIGNS: Record<CatalogueEntry['change'], string> = { added: '+', changed: '~', removed: '-' };

function linesOf({ change, agencyCode, agencyId, names, differences, problems }: CatalogueEntry): string[] {
  return [
    `  ${SIGNS[change]} ${agencyCode}  ${names['zh-CN']} / ${names.en}  (${agencyId})`,
    ...differences.map(
      ({ pointer, before, after }) => `      ${pointer}: ${written(before)} -> ${written(after)}`,
    ),
    ...problems.map(({ pointer, code }) => `      can't be accepted: ${pointer} ${code}`),
  ];
}

function written(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
