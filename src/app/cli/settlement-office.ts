import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { doneBy } from '../../http/onboarding.presenter.ts';
import {
  closingOf,
  payoutBatchOf,
  payoutDetailOf,
  roundOf,
  settlementDetailOf,
  settlementOf,
  termsOf,
} from '../../http/settlements.presenter.ts';
import { monthParams, termsBody } from '../../http/settlements.schemas.ts';
import {
  PAYOUT_FORMATS,
  type SettlementOffice,
  statementCsv,
  statementPdf,
  statementXlsx,
} from '../../settlement/index.ts';
import { TOKENS as T } from '../container.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { action, asOption, type CliContext, readJsonFile, type Tools, type Work } from './people.ts';
import { readBytes } from './settlement-input.ts';
import { payoutBatchLine, roundLines, settlementLine } from './settlement-words.ts';

const FINANCE = 'the person of finance';
const MOST_LISTED = 100;

type OfficeWork<Options> = (
  office: SettlementOffice,
  args: readonly string[],
  options: Options,
  by: () => Promise<ReturnType<typeof doneBy>>,
) => Promise<unknown>;

/** `civicpay settlement list`, `show`, `run`, `terms`, `payout`, `month`: what finance does, on DATABASE_URL. */
export function addSettlementOfficeCommands(group: Command, context: CliContext): void {
  settlementCommands(group, context);
  for (const under of [
    termsCommands(group, context),
    payoutCommands(group, context),
    monthCommands(group, context),
  ]) {
    for (const command of under.commands) command.exitOverride();
  }
}

/** The parts of settlement, and whoever `--as` names. */
function working<Options>(context: CliContext, work: OfficeWork<Options>) {
  const withTools: Work<Options & { demoDate?: string }> = async (tools: Tools, args, options) => {
    // Before anything is made that reads the clock.
    if (options.demoDate !== undefined) setDemoDate(tools, options.demoDate);
    const by = async () => doneBy(await tools.actor('finance'));
    return work(tools.container.resolve(T.settlement), args, options, by);
  };
  return action(context, withTools);
}

function settlementCommands(group: Command, context: CliContext): void {
  group
    .command('list')
    .description('what was settled, newest first')
    .option('--agency <agency-id>', 'of one agency')
    .action(
      working(context, async ({ settlements }, _, { agency }: { agency?: string }) => {
        const { items } = await settlements.list({ agencyId: agency, limit: MOST_LISTED });
        if (context.isJson()) return items.map(settlementOf);
        return items.length === 0 ? 'Nothing was settled yet.' : items.map(settlementLine).join('\n');
      }),
    );
  group
    .command('show')
    .argument('<settlement-id>')
    .description('one settlement with its items')
    .option('--out <folder>', 'write its statement there, as CSV, XLSX and PDF')
    .action(
      working(context, async ({ settlements }, [settlementId = ''], { out }: { out?: string }) => {
        const record = await settlements.get(settlementId);
        const statement = await settlements.statement(settlementId);
        if (out !== undefined) {
          await mkdir(out, { recursive: true });
          await writeFile(path.join(out, `${settlementId}.csv`), statementCsv(statement));
          await writeFile(path.join(out, `${settlementId}.xlsx`), statementXlsx(statement));
          await writeFile(path.join(out, `${settlementId}.pdf`), await statementPdf(statement));
        }
        return settlementDetailOf(record, statement);
      }),
    );
  group
    .command('run')
    .description('settle every agency as far as it is due and its files are matched')
    .addOption(demoDateOption())
    .action(
      working(context, async ({ settlements }) => {
        const rounds = await settlements.settleDue();
        if (context.isJson()) return rounds.map((round) => roundOf(round, 'en'));
        return rounds.length === 0 ? 'No agency has terms.' : rounds.flatMap(roundLines).join('\n');
      }),
    );
}

const demoDateOption = () => new Option('--demo-date <date>', 'in a demo: as if it were noon of this date');

function setDemoDate({ container }: Tools, demoDate: string): void {
  const nowMs = Date.parse(`${demoDate}T12:00:00+08:00`);
  if (!container.resolve(T.config).demo || Number.isNaN(nowMs)) {
    throw new CommandError('--demo-date takes YYYY-MM-DD, and only in a demo', EXIT.usage);
  }
  container.register(T.clock, { useValue: { nowMs: () => nowMs } });
}

function termsCommands(group: Command, context: CliContext): Command {
  const terms = group.command('terms').description('when and how agencies are paid; two people agree to it');
  terms
    .command('list')
    .option('--agency <agency-id>', 'of one agency')
    .action(
      working(context, async ({ terms: book }, _, { agency }: { agency?: string }) =>
        (await book.list({ agencyId: agency })).map(termsOf),
      ),
    );
  asOption(
    terms.command('propose').argument('<file>', '{agencyId, effectiveFrom, terms}, JSON'),
    FINANCE,
  ).action(
    working(context, async ({ terms: book }, [file = ''], _, by) => {
      const parsed = termsBody.safeParse(await readJsonFile(file));
      if (!parsed.success) {
        const lines = parsed.error.issues.map(
          (issue) => `  ${issue.path.join('.') || 'file'}: ${issue.message}`,
        );
        throw new CommandError(`${file} can't be used:\n${lines.join('\n')}`, EXIT.usage);
      }
      const { agencyId, ...asked } = parsed.data;
      return termsOf(await book.propose(agencyId, asked, await by()));
    }),
  );
  const decisions = { approve: 'approved', reject: 'rejected', withdraw: 'withdrawn' } as const;
  for (const [verb, state] of Object.entries(decisions)) {
    asOption(terms.command(verb).argument('<terms-id>'), FINANCE)
      .option('--reason <text>', 'why')
      .action(
        working(context, async ({ terms: book }, [termsId = ''], { reason }: { reason?: string }, by) =>
          termsOf(await book.decide(termsId, { state, reason: reason ?? null }, await by())),
        ),
      );
  }
  return terms;
}

function payoutCommands(group: Command, context: CliContext): Command {
  const payout = group
    .command('payout')
    .description('files of payouts: made, approved by two others, sent, answered');
  payout.command('list').action(
    working(context, async ({ payouts }) => {
      const { items } = await payouts.list({ limit: MOST_LISTED });
      if (context.isJson()) return items.map(payoutBatchOf);
      return items.length === 0 ? 'No file of payouts was made yet.' : items.map(payoutBatchLine).join('\n');
    }),
  );
  payout
    .command('show')
    .argument('<batch-id>')
    .action(
      working(context, async ({ payouts, answers }, [batchId = '']) =>
        payoutDetailOf(
          await payouts.get(batchId),
          await payouts.instructions(batchId),
          await answers.list(batchId),
        ),
      ),
    );
  asOption(payout.command('prepare'), FINANCE)
    .description('make a file of everything that is due')
    .addOption(new Option('--format <format>').choices(PAYOUT_FORMATS).default('pain001'))
    .option('--currency <code>', 'ISO 4217', 'CNY')
    .addOption(demoDateOption())
    .action(
      working(
        context,
        async (
          { payouts },
          _,
          options: { format: (typeof PAYOUT_FORMATS)[number]; currency: string },
          by,
        ) => {
          const { batch, notPayable } = await payouts.prepare(options, await by());
          return { ...payoutBatchOf(batch), notPayable };
        },
      ),
    );
  decidingCommands(payout, context);
  return payout;
}

function decidingCommands(payout: Command, context: CliContext): void {
  asOption(payout.command('approve').argument('<batch-id>'), FINANCE)
    .requiredOption('--sha256 <hash>', 'of the file that was looked at')
    .action(
      working(context, async ({ payouts }, [batchId = ''], { sha256 }: { sha256: string }, by) =>
        payoutBatchOf(await payouts.approve(batchId, sha256, await by())),
      ),
    );
  asOption(payout.command('cancel').argument('<batch-id>'), FINANCE)
    .requiredOption('--reason <text>', 'why')
    .action(
      working(context, async ({ payouts }, [batchId = ''], { reason }: { reason: string }, by) =>
        payoutBatchOf(await payouts.cancel(batchId, reason, await by())),
      ),
    );
  asOption(payout.command('send').argument('<batch-id>'), FINANCE)
    .description('hand the file over; again, it is the same bytes')
    .requiredOption('--out <folder>', 'where the file is written')
    .action(
      working(context, async ({ payouts }, [batchId = ''], { out }: { out: string }, by) => {
        // Before it counts as sent.
        await mkdir(out, { recursive: true });
        const { batch, fileName, content } = await payouts.send(batchId, await by());
        const file = path.join(out, fileName);
        await writeFile(file, content, { mode: 0o600 });
        return { ...payoutBatchOf(batch), file };
      }),
    );
  asOption(payout.command('answer').argument('<file>', 'pain.002, or our CSV'), FINANCE)
    .description('take in what the bank answered')
    .action(
      working(context, async ({ answers }, [file = ''], _, by) => {
        const { batch, isRepeated, changes } = await answers.take(await readBytes(file), await by());
        return { batchId: batch.batchId, isRepeated, changes };
      }),
    );
}

function monthCommands(group: Command, context: CliContext): Command {
  const month = group.command('month').description('the books of a month, YYYY-MM');
  month
    .command('show')
    .argument('<month>')
    .action(
      working(context, async ({ months }, [name = '']) => {
        const { closed, accounts } = await months.accounts(monthOf(name));
        return { month: name, closing: closed && closingOf(closed), accounts };
      }),
    );
  month
    .command('export')
    .argument('<month>')
    .description('every journal as CSV, totals at the end')
    .requiredOption('--out <file>', 'where it is written')
    .option('--account <code>', 'the sheet of one account instead')
    .action(
      working(context, async ({ months }, [name = ''], options: { out: string; account?: string }) => {
        const { out, account } = options;
        const month = monthOf(name);
        if (account) await assertAccount(months, month, account);
        const lines = account ? months.accountCsv(month, account) : months.journalsCsv(month);
        await pipeline(Readable.from(lines), createWriteStream(out, { mode: 0o600 }));
        return { file: out };
      }),
    );
  asOption(month.command('close').argument('<month>'), FINANCE)
    .description('for good: what is booked later belongs to the next open month')
    .action(
      working(context, async ({ months }, [name = ''], _, by) =>
        closingOf(await months.close(monthOf(name), await by())),
      ),
    );
  return month;
}

/** Throws CommandError where nothing of the month is on the account: its sheet would look like one without entries. */
async function assertAccount(
  months: SettlementOffice['months'],
  month: string,
  account: string,
): Promise<void> {
  const { accounts } = await months.accounts(month);
  const known = [...new Set(accounts.map(({ accountCode }) => accountCode))];
  if (known.includes(account)) return;
  const some = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
  throw new CommandError(`The month has no account ${account}; ${some}`, EXIT.usage);
}

function monthOf(text: string): string {
  const parsed = monthParams.safeParse({ month: text });
  if (!parsed.success) throw new CommandError(`${text} is no month: YYYY-MM`, EXIT.usage);
  return parsed.data.month;
}
