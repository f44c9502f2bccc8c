import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import {
  closingOf,
  roundOf,
  settlementDetailOf,
  settlementOf,
  termsOf,
} from '../../http/settlements.presenter.ts';
import { monthParams, termsBody } from '../../http/settlements.schemas.ts';
import { type SettlementOffice, statementCsv, statementPdf, statementXlsx } from '../../settlement/index.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { asOption, type CliContext, FINANCE, readJsonFile } from './people.ts';
import { payoutCommands } from './settlement-payout.ts';
import { demoDateOption, MOST_LISTED, working } from './settlement-tools.ts';
import { monthText, roundLines, settlementDetailText, settlementLine } from './settlement-words.ts';

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
        return context.isJson()
          ? settlementDetailOf(record, statement)
          : settlementDetailText(record, statement);
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

function monthCommands(group: Command, context: CliContext): Command {
  const month = group.command('month').description('the books of a month, YYYY-MM');
  month
    .command('show')
    .argument('<month>')
    .action(
      working(context, async ({ months }, [name = '']) => {
        const month = await months.accounts(monthOf(name));
        const { closed, accounts } = month;
        return context.isJson()
          ? { month: name, closing: closed && closingOf(closed), accounts }
          : monthText(name, month);
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
