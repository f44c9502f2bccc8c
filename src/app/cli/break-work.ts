import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { evidenceOf, selectedIds } from '../../http/breaks.presenter.ts';
import { splitBody } from '../../http/breaks.schemas.ts';
import { DomainError } from '../../kernel/errors.ts';
import { MAX_EVIDENCE_BYTES } from '../../reconciliation/index.ts';
import {
  breaksOf,
  type FilterOptions,
  filterFrom,
  filterOptions,
  financeOf,
  ownerOf,
  writtenOf,
} from './break-input.ts';
import { shownBreak } from './break-shown.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { action, asOption, type CliContext, FINANCE, type Tools } from './people.ts';
import { readBytes } from './settlement-input.ts';

interface AssignOptions extends FilterOptions {
  to: string;
  as: string;
  reason?: string;
}

/** `civicpay break assign`, `comment`, `evidence`, `split`: what people do with breaks short of closing them. */
export function addBreakWorkCommands(group: Command, context: CliContext): void {
  filterOptions(asOption(group.command('assign').argument('[break-id...]'), FINANCE))
    .description('give breaks to somebody: those that are named, or all that the options find')
    .option('--state <states>', 'open, proposed; several with commas')
    .requiredOption('--to <email>', 'whose they are from now on; or nobody')
    .option('--reason <text>', 'why')
    .action(
      action(context, (tools, breakIds, options: AssignOptions) => assign(tools, context, breakIds, options)),
    );
  asOption(group.command('comment').argument('<break-id>'), FINANCE)
    .description('write something down about a break')
    .requiredOption('--text <text>', 'what')
    .action(
      action(context, async (tools, [breakId = ''], { text }: { text: string }) => {
        const written = writtenOf('--text', text);
        await breaksOf(tools).breaks.comment([breakId], written, await financeOf(tools));
        return shownBreak(tools, context, breakId);
      }),
    );
  asOption(group.command('split').argument('<break-id>'), FINANCE)
    .description('make some of its rows a break of their own')
    .requiredOption('--rows <rows>', 'as break show has them, stm_…:7; several with commas')
    .requiredOption('--reason <text>', 'why')
    .action(
      action(context, async (tools, [breakId = ''], options: { rows: string; reason: string }) => {
        const reason = writtenOf('--reason', options.reason);
        const partId = await breaksOf(tools).breaks.split(
          breakId,
          rowsOf(options.rows),
          reason,
          await financeOf(tools),
        );
        return shownBreak(tools, context, partId);
      }),
    );
  addEvidenceCommands(group, context);
}

function addEvidenceCommands(group: Command, context: CliContext): void {
  const evidence = group.command('evidence').description('files that are kept with breaks, sealed');
  asOption(
    evidence
      .command('attach')
      .argument('<break-id>')
      .argument('<file>', 'PDF, PNG, JPEG, XLSX, ZIP or text, at most 5 MiB'),
    FINANCE,
  ).action(
    action(context, async (tools, [breakId = '', file = '']) => {
      const by = await financeOf(tools);
      const given = { fileName: path.basename(file), bytes: await evidenceIn(file) };
      const kept = await breaksOf(tools).breaks.attach(breakId, given, by);
      if (context.isJson()) return evidenceOf(kept);
      return `${kept.evidenceId}  ${kept.fileName}, ${kept.sizeBytes} bytes; SHA-256 ${kept.sha256}`;
    }),
  );
  asOption(evidence.command('save').argument('<break-id>').argument('<evidence-id>'), FINANCE)
    .requiredOption('--out <folder>', 'where the file is written, under its own name')
    .action(
      action(context, async (tools, [breakId = '', evidenceId = ''], { out }: { out: string }) => {
        await financeOf(tools);
        const { evidence: kept, bytes } = await breaksOf(tools).breaks.evidence(breakId, evidenceId);
        const file = path.join(out, path.basename(kept.fileName));
        // What is there already is somebody's.
        await writeFile(file, bytes, { mode: 0o600, flag: 'wx' });
        return context.isJson() ? { ...evidenceOf(kept), file } : file;
      }),
    );
  for (const command of evidence.commands) command.exitOverride();
}

async function assign(
  tools: Tools,
  context: CliContext,
  breakIds: readonly string[],
  options: AssignOptions,
) {
  const { to, reason, as: _, ...filter } = options;
  const by = await financeOf(tools);
  const owner = await ownerOf(tools, to);
  const why = reason === undefined ? null : writtenOf('--reason', reason);
  const { breaks, views } = breaksOf(tools);
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  const selection = {
    ...(breakIds.length > 0 && { breakIds: [...breakIds] }),
    ...(isFiltered && { filter: await filterFrom(tools, filter) }),
  };
  const chosen = await selectedIds(views, selection, ['open', 'proposed']);
  await breaks.assign(chosen, owner, why, by);
  return context.isJson() ? { count: chosen.length, breakIds: chosen } : `${chosen.length} given to ${to}.`;
}

/** `stm_…:7,stm_…:8`. Throws CommandError. */
function rowsOf(text: string): { statementId: string; rowNo: number }[] {
  const rows = text.split(',').map((one) => {
    const [statementId = '', rowNo = ''] = one.trim().split(':');
    return { statementId, rowNo: /^\d+$/.test(rowNo) ? Number(rowNo) : -1 };
  });
  const parsed = splitBody.shape.rows.safeParse(rows);
  if (parsed.success) return parsed.data;
  throw new CommandError(
    `--rows takes what break show has, such as stm_…:7, with commas: ${text}`,
    EXIT.usage,
  );
}

/** A file's bytes, which are not read when there are too many. Throws CommandError, DomainError as the API does. */
async function evidenceIn(file: string): Promise<Buffer> {
  const sizeBytes = await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  if (sizeBytes > MAX_EVIDENCE_BYTES) throw new DomainError('invalid', 'evidence_too_large');
  const bytes = await readBytes(file);
  if (bytes.length === 0) throw new DomainError('invalid', 'evidence_missing');
  return bytes;
}
