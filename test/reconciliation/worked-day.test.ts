import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DoneBy } from '../../src/accounts/index.ts';
import type { Billing } from '../../src/billing/index.ts';
import { type Db, transact } from '../../src/infra/db/index.ts';
import { formatMinor } from '../../src/kernel/money.ts';
import {
  type JournalDraft,
  listBalances,
  payoutPaidJournal,
  payoutReturnedJournal,
  payoutSentJournal,
  postJournals,
  surplusRefundJournal,
} from '../../src/ledger/index.ts';
import { createBreaks, suspenseThatDiffers, verifyRun } from '../../src/reconciliation/index.ts';
import { createTestVault } from '../support/accounts.ts';
import { keepPayments, keepSteps } from '../support/planted-books.ts';
import { PLANTED_ROUTE, plantedSources, reconcileFile } from '../support/reconciling.ts';
import { describeOnStack } from '../support/stacks.ts';
import { TestClock } from '../support/test-clock.ts';
import { NEXT_DATE, WORKED_DATE, workedDay } from '../support/worked-day.ts';

const GUIDES = ['docs/finance.md', 'docs/finance.en.md'];

type Line = readonly [account: string, debit: string, credit: string];

/** The tables of a guide below `**凭证 P1**` or `**Journal P1**`, by that name: account, debit, credit. */
function tablesOf(file: string): Record<string, Line[]> {
  const tables: Record<string, Line[]> = {};
  let lines: Line[] | null = null;
  for (const text of readFileSync(path.join(import.meta.dirname, '../..', file), 'utf8').split('\n')) {
    const name = /^\*\*(?:凭证|余额|Journal|Balances) (\w+)\*\*/.exec(text)?.[1];
    if (name) {
      lines = [];
      tables[name] = lines;
    } else if (text.startsWith('#')) lines = null;
    const [, account, debit = '', credit = ''] = /^\| `([^`]+)`[^|]*\|([^|]*)\|([^|]*)\|/.exec(text) ?? [];
    if (account) lines?.push([account, debit.trim(), credit.trim()]);
  }
  return tables;
}

const yuan = (minor: number) => (minor === 0 ? '' : formatMinor(minor, 'CNY'));

/** Several journals as one: what each account was debited and credited, in the order of accounts. */
function told(journals: readonly Pick<JournalDraft, 'entries'>[]): Line[] {
  const sums = new Map<string, [number, number]>();
  for (const { account, debitMinor, creditMinor } of journals.flatMap(({ entries }) => entries)) {
    const [debit, credit] = sums.get(account.code) ?? [0, 0];
    sums.set(account.code, [debit + debitMinor, credit + creditMinor]);
  }
  return inOrder([...sums].map(([code, [debit, credit]]): Line => [code, yuan(debit), yuan(credit)]));
}

const inOrder = (lines: readonly Line[]) => [...lines].sort(([a], [b]) => (a < b ? -1 : 1));

/** The journals of a kind as they were stored, with the subjects that are not known yet. */
async function journalsOf(db: Db, kind: string, known: Set<string>) {
  const rows = await db('journals')
    .join('entries', 'entries.journal_id', 'journals.journal_id')
    .where('kind', kind)
    .orderBy('entries.journal_id')
    .select('subject_id', 'account_code', 'debit_minor', 'credit_minor');
  const fresh = rows.filter((row) => !known.has(`${kind} ${row.subject_id}`));
  for (const row of fresh) known.add(`${kind} ${row.subject_id}`);
  return fresh.map((row) => ({
    entries: [
      {
        account: { code: row.account_code as string, class: 'asset' as const },
        debitMinor: Number(row.debit_minor),
        creditMinor: Number(row.credit_minor),
      },
    ],
  }));
}

describeOnStack('embedded', 'the worked day of the guide for finance', (stack) => {
  const vault = createTestVault();
  const clock = new TestClock(Date.parse('2026-10-21T03:00:00Z'));
  const sources = plantedSources(WORKED_DATE, {
    // A fee that nobody agreed on is one up to a twentieth, and not another amount.
    fees: [{ name: 'card', currency: 'CNY', ceilingPpm: 50_000 }],
  });
  const by = (id: string): DoneBy => ({
    actor: { kind: 'staff', id },
    traceId: 'trace',
    addressIndex: null,
  });

  it('books what the guide shows, step by step', async () => {
    const { db } = stack();
    const day = workedDay();
    const known = new Set<string>();
    const shown: Record<string, Line[]> = {};
    const take = async (name: string, kind: string) => {
      shown[name] = told(await journalsOf(db, kind, known));
    };
    const deps = { db, vault, clock, sources };
    const breaks = createBreaks({
      ...deps,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      agenciesOf: async () => [PLANTED_ROUTE.agencyId],
      financeStaff: async () => [],
      billing: {
        reviews: {
          standings: async () => new Map(),
          // The bank says yes, and the payment goes on as billing carries it on.
          async askDebit(paymentId: string) {
            expect(paymentId).toBe(day.payments.C?.last.paymentId);
            await transact(db, (tx) => keepSteps(tx, vault, [day.afterAsking], clock.nowMs()));
            const { last } = day.afterAsking;
            return { ...last, currency: 'CNY', amountMinor: last.amount.amountMinor };
          },
          // The agency says that it has it, and that its next file will show it.
          reviewPosting: async () => 'held',
        },
        surplusRefunds: { order: async () => {}, find: async () => new Map() },
      } as unknown as Pick<Billing, 'reviews' | 'surplusRefunds'>,
    });
    const breakOf = async (name: string, businessDate = WORKED_DATE) =>
      (await db('breaks').where({ class: name, business_date: businessDate }).first()) ?? {};
    const reconcile = (sourceId: string, businessDate: string, file: Parameters<typeof reconcileFile>[2]) =>
      reconcileFile(deps, { sourceId, businessDate }, file);
    const agree = async (
      name: string,
      proposal: Omit<Parameters<typeof breaks.resolutions.propose>[0], 'breakIds' | 'reason'>,
    ) => {
      const { break_id: breakId } = await breakOf(name);
      const asked = await breaks.resolutions.propose(
        { ...proposal, breakIds: [breakId], reason: 'x' },
        by('a'),
      );
      await breaks.resolutions.approve(asked.resolutionId, asked.breaksSha256, by('b'));
    };

    await keepPayments(db, vault, Object.values(day.payments), clock.nowMs());
    await take('P1', 'debit');
    await take('P2', 'posting');
    await take('P3', 'reversal');
    await take('P4', 'refund');

    const bank = await reconcile('bank', WORKED_DATE, day.bank);
    await take('R1', 'statement');
    const gas = await reconcile('gas', WORKED_DATE, day.gas);
    await take('R2', 'statement');
    expect(await suspenseThatDiffers(db)).toEqual([]);

    for (const { run, fence } of [bank, gas]) {
      await breaks.resolveRun(fence, run.runId);
      expect(await verifyRun(db, vault, run.runId)).toEqual([]);
    }
    await take('C1', 'debit');
    await take('C2', 'posting');
    await take('S1', 'breakResolved');

    const waiting = await db('break_resolutions').where({ state: 'proposed' }).first();
    await breaks.resolutions.approve(waiting.resolution_id, waiting.breaks_sha256, by('b'));
    await take('S2', 'breakResolved');
    await agree('bankOnly', { kind: 'refund', account: null });
    await take('S3', 'breakResolved');
    await agree('amountUnder', { kind: 'adjust', account: 'agencyPayable' });
    await take('S4', 'breakResolved');

    clock.advance(86_400_000);
    const nextBank = await reconcile('bank', NEXT_DATE, day.nextBank);
    await take('R3', 'statement');
    const nextGas = await reconcile('gas', NEXT_DATE, day.nextGas);
    await take('R4', 'statement');
    for (const { run, fence } of [nextBank, nextGas]) await breaks.resolveRun(fence, run.runId);
    expect(await db('breaks').whereNot('state', 'closed')).toEqual([]);
    expect(await suspenseThatDiffers(db)).toEqual([]);

    const balanceOf = async (code: string) => {
      const found = (await listBalances(db)).find(({ accountCode }) => accountCode === code);
      return Number(found?.creditMinor ?? 0n) - Number(found?.debitMinor ?? 0n);
    };
    const move = (amountMinor: number) => ({
      subjectId: 'worked',
      amount: { amountMinor, currency: 'CNY' },
      businessDate: NEXT_DATE,
      agencyId: PLANTED_ROUTE.agencyId,
      channelId: 'bank',
      sourceId: 'bank',
      bankId: 'bank',
    });
    const owed = move(await balanceOf(`agency_payable/${PLANTED_ROUTE.agencyId}`));
    const twice = day.payments.D?.last.amount.amountMinor ?? 0;
    for (const [name, journal] of Object.entries({
      S5: surplusRefundJournal(move(twice)),
      Z1: payoutSentJournal(owed),
      Z2: payoutPaidJournal(owed),
      Z3: payoutReturnedJournal(owed),
    })) {
      shown[name] = told([journal]);
      if (name !== 'Z3') await transact(db, (tx) => postJournals(tx, [journal], clock.nowMs()));
    }
    shown.B1 = inOrder(
      (await listBalances(db))
        .map(({ accountCode, debitMinor, creditMinor }): Line => {
          const minor = Number(debitMinor) - Number(creditMinor);
          return [accountCode, yuan(Math.max(0, minor)), yuan(Math.max(0, 0 - minor))];
        })
        .filter(([, debit, credit]) => debit !== '' || credit !== ''),
    );

    for (const guide of GUIDES) {
      const tables = Object.entries(tablesOf(guide)).map(([name, lines]) => [name, inOrder(lines)]);
      expect({ guide, ...Object.fromEntries(tables) }).toEqual({ guide, ...shown });
    }
  }, 60_000);
});
