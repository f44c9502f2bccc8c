import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { UnreadableFile } from '../../infra/files/index.ts';
import { CHINA_CALENDAR } from '../../kernel/calendar.ts';
import { DomainError } from '../../kernel/errors.ts';
import {
  type Acknowledgement,
  agencyStatement,
  answersTo,
  bankCsvFile,
  feeInvoice,
  feeInvoiceCsv,
  type PayoutBatch,
  pain001File,
  readBankCsvAnswer,
  readPain002,
  type Settlement,
  settleWindows,
  statementCsv,
  statementPdf,
  statementXlsx,
} from '../../settlement/index.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import type { CliContext } from './people.ts';
import {
  type PreviewTerms,
  readAccounts,
  readBatch,
  readBytes,
  readItems,
  readTerms,
} from './settlement-input.ts';
import { addSettlementOfficeCommands } from './settlement-office.ts';
import { heldLines, totalLines } from './settlement-words.ts';

interface PreviewOptions {
  terms: string;
  until?: string;
  accounts?: string;
  out?: string;
}

/** `civicpay settlement preview`, `answer`: what an agency would be paid, and what a bank answered, without a database; the rest with one. */
export function addSettlementCommands(program: Command, context: CliContext): void {
  const { isJson } = context;
  const group = program
    .command('settlement')
    .description('what agencies are paid, and trying it out (docs/settlement.md)');
  group
    .command('preview')
    .description('settle items of one agency: windows, netting, statements and payout files')
    .argument('<items>', 'what was collected and given back, .csv or JSON')
    .requiredOption('--terms <file>', 'what was agreed with the agency, JSON')
    .option('--until <date>', 'settle the windows up to this business date; that of the last item otherwise')
    .option('--accounts <file>', 'whose accounts a payout goes between, JSON; writes payout files with --out')
    .option('--out <folder>', 'write statements, fee invoice and payout files here')
    .action((items: string, options: PreviewOptions) => refusing(() => preview(items, options, isJson())));
  group
    .command('answer')
    .description('hold what a bank answered (pain.002, or CSV) against the batch that it answers')
    .argument('<answer>', 'the file as it came')
    .requiredOption('--batch <file>', 'the batch, as preview wrote it')
    .action((file: string, { batch }: { batch: string }) => refusing(() => answer(file, batch, isJson())));
  addSettlementOfficeCommands(group, context);
  for (const command of group.commands) command.exitOverride();
}

/** Tells what is refused in a line, and not as a fault of ours. */
async function refusing(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof UnreadableFile) {
      throw new CommandError(`Line ${error.line}: ${error.message} [${error.code}]`, EXIT.usage);
    }
    if (error instanceof RangeError) throw new CommandError(`The items: ${error.message}`, EXIT.usage);
    if (!(error instanceof DomainError)) throw error;
    const about = [JSON.stringify(error.params), ...error.fields.map(({ pointer }) => pointer)].join(' ');
    throw new CommandError(`Refused: ${error.code} ${about}`, EXIT.failed);
  }
}

async function preview(file: string, options: PreviewOptions, isJson: boolean): Promise<void> {
  const terms = await readTerms(options.terms);
  const items = await readItems(file, terms.currency);
  const last =
    options.until ??
    items
      .map(({ businessDate }) => businessDate)
      .sort()
      .at(-1) ??
    '';
  const settlements = settleWindows(terms, CHINA_CALENDAR, items, last);
  const files: string[] = [];
  if (options.out !== undefined) {
    const write = writerInto(options.out, files);
    for (const settlement of settlements) await writeStatements(settlement, terms, write);
    await write('fee-invoice.csv', feeInvoiceCsv(feeInvoice(settlements), terms.currency));
    if (options.accounts !== undefined) {
      const accounts = await readAccounts(options.accounts);
      for (const settlement of settlements) await writePayout(settlement, accounts, write);
    }
  }
  print(isJson, { settlements, files }, () => [
    ...settlements.flatMap(settlementText),
    ...files.map((name) => `written ${name}`),
  ]);
}

type Write = (name: string, content: Uint8Array | string) => Promise<void>;

function writerInto(folder: string, written: string[]): Write {
  return async (name, content) => {
    const file = path.join(folder, name);
    await mkdir(folder, { recursive: true });
    await writeFile(file, content);
    written.push(file);
  };
}

async function writeStatements(settlement: Settlement, terms: PreviewTerms, write: Write): Promise<void> {
  const settlementId = settlementIdOf(settlement);
  // Nothing of a preview is of a moment: the same items make the same files.
  const madeAtMs = Date.parse(`${settlement.window.dueOn}T00:00:00Z`);
  const statement = agencyStatement(settlement, { settlementId, agencyNames: terms.agencyNames, madeAtMs });
  await write(`${settlementId}.csv`, statementCsv(statement));
  await write(`${settlementId}.xlsx`, statementXlsx(statement));
  await write(`${settlementId}.pdf`, await statementPdf(statement));
}

async function writePayout(
  settlement: Settlement,
  { debtor, creditor }: Awaited<ReturnType<typeof readAccounts>>,
  write: Write,
): Promise<void> {
  const { window, currency, totals } = settlement;
  if (totals.payoutMinor === 0) return;
  const instructionId = `PV-${window.to}`;
  const batch: PayoutBatch = {
    messageId: `${instructionId}-batch`,
    createdAtMs: Date.parse(`${window.dueOn}T00:00:00Z`),
    executeOn: window.dueOn,
    currency,
    debtor,
    instructions: [
      {
        instructionId,
        creditor,
        amountMinor: totals.payoutMinor,
        remittance: `结算 ${window.from} ${window.to}`,
      },
    ],
  };
  await write(`${batch.messageId}.json`, `${JSON.stringify(batch, null, 2)}\n`);
  for (const made of [pain001File(batch), bankCsvFile(batch)]) {
    await write(made.fileName, made.content);
    await write(`${made.fileName}.sha256`, `${made.sha256}  ${made.fileName}\n`);
  }
}

async function answer(file: string, batchFile: string, isJson: boolean): Promise<void> {
  const batch = await readBatch(batchFile);
  const content = await readBytes(file);
  const read: (bytes: Uint8Array) => Acknowledgement = content
    .subarray(0, 1_000)
    .toString('latin1')
    .includes('<')
    ? readPain002
    : readBankCsvAnswer;
  const acknowledgement = read(content);
  const instructions = answersTo(batch, acknowledgement);
  print(isJson, { acknowledgementId: acknowledgement.acknowledgementId, instructions }, () =>
    instructions.map(({ instructionId, answer: { status, code, reason } }) =>
      [instructionId, status, code ?? '', reason ?? ''].join('  ').trimEnd(),
    ),
  );
}

const settlementIdOf = ({ agencyId, window }: Settlement) => `${agencyId}-${window.to}`;

function settlementText(settlement: Settlement): string[] {
  const { window, currency, settled, held } = settlement;
  const { from, to, dueOn } = window;
  return [
    `${from} – ${to}, due on ${dueOn}: ${settled.length} settled, ${held.length} held (${currency})`,
    ...totalLines(settlement),
    ...heldLines(settlement),
  ];
}

function print(isJson: boolean, json: unknown, lines: () => string[]): void {
  process.stdout.write(isJson ? `${JSON.stringify(json)}\n` : `${lines().join('\n')}\n`);
}
