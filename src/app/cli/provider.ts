import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { ROOT } from './environment.ts';
import { CommandError, EXIT } from './exit-codes.ts';

const TEMPLATE = 'providers/_template';
/** What the template is called in its own files and file names. */
const TEMPLATE_NAME = 'my-agency';
/** As ids of connections and manifests are, with room for `-gateway`. */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MAX_NAME_CHARS = 32;

export function addProviderCommands(program: Command, isJson: () => boolean): void {
  const provider = program.command('provider').description('adapters: code that speaks to a kind of agency');
  provider
    .command('new')
    .argument('<name>', 'words in lower case with dashes, such as town-water')
    .description('make a provider that works against its own stub, to be changed into yours')
    .action((name: string) => {
      const folder = makeProvider(ROOT, name);
      console.log(isJson() ? JSON.stringify({ folder }) : nextSteps(folder));
    });
}

/**
 * Copies the template to `providers/<name>` of a clone, its name replaced everywhere; returns the folder, from the root. Throws
 * CommandError for a name that is none or taken, and where there are no sources.
 */
function makeProvider(root: string, name: string): string {
  if (!NAME.test(name) || name.length < 3 || name.length > MAX_NAME_CHARS || name === TEMPLATE_NAME) {
    throw new CommandError(
      `${name} can't be its name: use 3 to ${MAX_NAME_CHARS} lower-case letters, digits and dashes, such as town-water.`,
      EXIT.usage,
    );
  }
  const folder = `providers/${name}`;
  const target = path.join(root, folder);
  if (!existsSync(path.join(root, TEMPLATE))) {
    throw new CommandError(
      `${TEMPLATE} is not here: run this in a clone of the sources.`,
      EXIT.notConfigured,
    );
  }
  if (existsSync(target)) throw new CommandError(`${folder} is there already.`, EXIT.usage);
  cpSync(path.join(root, TEMPLATE), target, { recursive: true, errorOnExist: true, force: false });
  for (const entry of readdirSync(target, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(TEMPLATE_NAME, name));
    const renamed = entry.name.replaceAll(TEMPLATE_NAME, name);
    if (renamed !== entry.name) renameSync(file, path.join(entry.parentPath, renamed));
  }
  return folder;
}

const nextSteps = (folder: string) => `${folder} is there, and works against its own stub.

  npm test -- --only ${folder}     the suite that every provider passes
  ${folder}/README.md              what to change first

Then plug it in (src/app/plug-ins.ts) and name it in docs/ARCHITECTURE.md. See docs/add-a-provider.md.`;
