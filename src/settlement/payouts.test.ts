import { createHash } from 'node:crypto';
import { refusalOf } from '../../test/support/accounts.ts';
import { faultsOfPain001, textsOf } from '../../test/support/pain001-structure.ts';
import { person, TestOffice } from '../../test/support/settlement-office.ts';
import { describeOnBothStacks, type Stack } from '../../test/support/stacks.ts';
import { addBusinessDays, CHINA_CALENDAR } from '../kernel/calendar.ts';
import { listBalances } from '../ledger/index.ts';
import type { InstructionRecord, PayoutBatchRecord } from './index.ts';

const ann = person('stf_ann');
const ben = person('stf_ben');
const cho = person('stf_cho');

/** The answer of a bank to some instructions, as our CSV has it. */
function csvAnswer(
  { messageId, instructionCount, totalMinor }: PayoutBatchRecord,
  said: readonly [Pick<InstructionRecord, 'instructionId' | 'amountMinor'>, string][],
  acknowledgementId = 'BANK-1',
): Buffer {
  const decimal = (minor: number) => (minor / 100).toFixed(2);
  const head = `H,civicpay-payout-answer-1,${acknowledgementId},${messageId},${instructionCount},${decimal(totalMinor)}\n`;
  const lines = said.map(
    ([{ instructionId, amountMinor }, status]) =>
      `D,${instructionId},${decimal(amountMinor)},CNY,${status},R01,户名不符\n`,
  );
  return Buffer.from(`${head}${lines.join('')}T,${said.length}\n`);
}

describeOnBothStacks('payouts', (stack) => {
  let test: TestOffice;
  let agencyId: string;
  let date = '2026-03-01';
  beforeAll(() => {
    test = new TestOffice(stack().db);
  });
  afterEach(() => test.expectSound());

  /** An agency of its own with one settlement that is due, and nothing else due. */
  async function someDue(amountMinor = 10_000): Promise<string> {
    const paidOn = nextDate();
    agencyId = await test.agency({}, paidOn);
    await test.pay(agencyId, paidOn, amountMinor);
    test.goTo(nextDate());
    const [settlement] = (await test.settle(agencyId)).settled;
    return settlement?.settlementId ?? '';
  }
  /** Workdays in a row: what is collected on one is due on the next. */
  const nextDate = () => {
    date = addBusinessDays(CHINA_CALENDAR, date, 1);
    return date;
  };
  const payable = async () => ((await balancesOf(stack())).get(`agency_payable/${agencyId}`) ?? 0n) + 0n;
  const stateOf = async (settlementId: string) =>
    (await test.office.settlements.get(settlementId)).payout.state;
  const prepare = (format: 'pain001' | 'bankCsv' = 'pain001') =>
    test.office.payouts.prepare({ format, currency: 'CNY' }, ann);

  it('go from due to paid: a file, two approvals of its hash, sent, answered', async () => {
    const settlementId = await someDue();
    expect(await stateOf(settlementId)).toBe('due');
    const { batch } = await prepare();
    expect(await stateOf(settlementId)).toBe('prepared');
    expect(await refusalOf(prepare())).toBe('payouts_none_due');
    const { batchId, sha256 } = batch;
    const { payouts } = test.office;
    expect(await refusalOf(payouts.send(batchId, ann))).toBe('payout_not_approved');
    expect(await refusalOf(payouts.approve(batchId, sha256, ann))).toBe('approval_by_submitter');
    expect(await refusalOf(payouts.approve(batchId, '0'.repeat(64), ben))).toBe('payout_hash_differs');
    await payouts.approve(batchId, sha256, ben);
    expect(await refusalOf(payouts.approve(batchId, sha256, ben))).toBe('payout_approved_by_you');
    expect(await refusalOf(payouts.send(batchId, ann))).toBe('payout_not_approved');
    await payouts.approve(batchId, sha256, cho);
    expect(await refusalOf(payouts.approve(batchId, sha256, person('stf_dan')))).toBe(
      'payout_approved_already',
    );
    expect(await payable()).toBe(10_000n);
    const sent = await payouts.send(batchId, ann);
    expect(createHash('sha256').update(sent.content).digest('hex')).toBe(sha256);
    expect(faultsOfPain001(sent.content.toString())).toEqual([]);
    expect(textsOf(sent.content.toString(), 'InstdAmt')).toEqual(['100.00']);
    expect(await payable()).toBe(0n);
    expect((await payouts.send(batchId, ben)).content.equals(sent.content)).toBe(true);
    expect(await refusalOf(payouts.cancel(batchId, 'late', ann))).toBe('payout_batch_over');
    expect(await stateOf(settlementId)).toBe('sent');
    const [instruction] = await payouts.instructions(batchId);
    if (!instruction) throw new Error('no instruction');
    const taken = await test.office.answers.take(csvAnswer(batch, [[instruction, 'ACCEPTED']]), ann);
    expect(taken.changes).toMatchObject([{ before: 'pending', after: 'accepted' }]);
    expect(await stateOf(settlementId)).toBe('accepted');
    const balances = await balancesOf(stack());
    expect(balances.get('payouts_pending/icbc') ?? 0n).toBe(0n);
    expect(balances.get('bank/icbc')).toBe(10_000n);
  });

  it('are refused by the database, too, where one person approves twice or their own', async () => {
    await someDue();
    const { batch } = await prepare();
    const { batchId, sha256 } = batch;
    const row = { batch_id: batchId, sha256, made_by: 'stf_ann', approved_at_ms: 1 };
    const approve = (change: object) =>
      stack()
        .db('payout_approvals')
        .insert({ ...row, ...change });
    await expect(approve({ approval_no: 1, approved_by: 'stf_ann' })).rejects.toThrow();
    await approve({ approval_no: 1, approved_by: 'stf_ben' });
    await expect(approve({ approval_no: 2, approved_by: 'stf_ben' })).rejects.toThrow();
    await expect(approve({ approval_no: 3, approved_by: 'stf_cho' })).rejects.toThrow();
    // Another maker's name or another hash gets past the database, and counts for nothing.
    await approve({ approval_no: 2, made_by: 'stf_eve', approved_by: 'stf_ann' });
    expect((await test.office.payouts.get(batchId)).approvals).toHaveLength(1);
    expect(await refusalOf(test.office.payouts.send(batchId, ann))).toBe('payout_not_approved');
    await test.office.payouts.cancel(batchId, 'a try', ann);
  });

  it('count two approvals of many that come at once', async () => {
    const settlementId = await someDue();
    const { batch } = await prepare('bankCsv');
    const people = [ben, ben, cho, cho, person('stf_dan'), ann];
    const results = await Promise.allSettled(
      people.map((by) => test.office.payouts.approve(batch.batchId, batch.sha256, by)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    const approvals = (await test.office.payouts.get(batch.batchId)).approvals.map((one) => one.approvedBy);
    expect(new Set(approvals).size).toBe(2);
    expect(approvals).not.toContain('stf_ann');
    await Promise.all([1, 2, 3].map(() => test.office.payouts.send(batch.batchId, ann)));
    expect(await stateOf(settlementId)).toBe('sent');
  });

  it('are made once, by however many at once, and again when a file is called off', async () => {
    const settlementId = await someDue();
    const made = await Promise.allSettled([1, 2, 3].map(() => prepare()));
    const [batch] = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value.batch] : []));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await test.office.payouts.cancel(batch?.batchId ?? '', 'wrong day', ben);
    expect(await stateOf(settlementId)).toBe('due');
    const again = await prepare('bankCsv');
    expect(again.batch.messageId).not.toBe(batch?.messageId);
    await test.approveAndSend(again.batch.batchId, again.batch.sha256);
    expect(await stateOf(settlementId)).toBe('sent');
  });

  it.each([
    ['REJECTED', 'rejected', ['REJECTED']],
    ['RETURNED', 'returned', ['ACCEPTED', 'RETURNED']],
    ['RETURNED', 'returned', ['RETURNED']],
  ])('that come back are owed again, and paid with the next window (%s → %s, %j)', async (_, state, said) => {
    const settlementId = await someDue(700);
    const { batch } = await prepare();
    await test.approveAndSend(batch.batchId, batch.sha256);
    const [instruction] = await test.office.payouts.instructions(batch.batchId);
    if (!instruction) throw new Error('no instruction');
    for (const [index, status] of said.entries()) {
      await test.office.answers.take(csvAnswer(batch, [[instruction, status]], `BANK-${index}`), ann);
      await test.expectSound();
    }
    expect(await stateOf(settlementId)).toBe(state);
    expect(await payable()).toBe(700n);
    test.goTo(nextDate());
    test.goTo(nextDate());
    const windows = (await test.settle(agencyId)).settled.map(({ totals }) => totals);
    expect(
      windows.map(({ payoutsReturnedMinor, payoutMinor }) => [payoutsReturnedMinor, payoutMinor]),
    ).toContainEqual([700, 700]);
    const next = await prepare();
    expect(next.batch.totalMinor).toBe(700);
    await test.approveAndSend(next.batch.batchId, next.batch.sha256);
    expect(await payable()).toBe(0n);
  });

  it('take an answer whole and once, however often and by however many at once', async () => {
    await someDue(900);
    const { batch } = await prepare();
    const [instruction] = await test.office.payouts.instructions(batch.batchId);
    if (!instruction) throw new Error('no instruction');
    const { answers } = test.office;
    const rejected = csvAnswer(batch, [[instruction, 'REJECTED']]);
    expect(await refusalOf(answers.take(rejected, ann))).toBe('payout_not_sent');
    await test.approveAndSend(batch.batchId, batch.sha256);
    const other = csvAnswer({ ...batch, totalMinor: 901 }, [[instruction, 'REJECTED']]);
    expect(await refusalOf(answers.take(other, ann))).toBe('acknowledgement_mismatch');
    const strange = csvAnswer({ ...batch, messageId: 'pob-other' }, [[instruction, 'REJECTED']]);
    expect(await refusalOf(answers.take(strange, ann))).toBe('acknowledgement_mismatch');
    expect(await refusalOf(answers.take(rejected.subarray(0, -4), ann))).toBe('payout_answer_unreadable');
    const taken = await Promise.all([1, 2, 3, 4].map(() => answers.take(rejected, ann)));
    expect(taken.filter(({ isRepeated }) => !isRepeated)).toHaveLength(1);
    expect(await payable()).toBe(900n);
    // A yes to what was rejected: nothing moves, and a person asks.
    const accepted = await answers.take(csvAnswer(batch, [[instruction, 'ACCEPTED']], 'BANK-2'), ann);
    expect(accepted.changes).toMatchObject([{ before: 'rejected', after: 'contradiction' }]);
    expect(await test.office.payouts.instructions(batch.batchId)).toMatchObject([
      { status: 'rejected', contradiction: 'accepted R01 户名不符' },
    ]);
    expect(await answers.list(batch.batchId)).toHaveLength(2);
    expect(await payable()).toBe(900n);
  });

  it('leave out who has no account, or one that no bank takes, and pay the others', async () => {
    const settlements: string[] = [];
    const agencies: string[] = [];
    for (let i = 0; i < 3; i++) {
      settlements.push(await someDue(100 + i));
      agencies.push(agencyId);
    }
    const [missing = '', invalid = ''] = agencies;
    test.withoutAccount.add(missing);
    test.holderNames.set(invalid, '=cmd()');
    const { batch, notPayable } = await prepare();
    const paid = (await test.office.payouts.instructions(batch.batchId)).map((one) => one.agencyId);
    expect(agencies.filter((one) => paid.includes(one))).toEqual([agencies[2]]);
    expect(notPayable).toEqual(
      [
        { agencyId: missing, settlementId: settlements[0], why: 'accountMissing' },
        { agencyId: invalid, settlementId: settlements[1], why: 'accountInvalid' },
      ].sort((a, b) => (a.agencyId < b.agencyId ? -1 : 1)),
    );
    await test.approveAndSend(batch.batchId, batch.sha256);
  });

  it('keep account numbers out of everything that is not sealed', async () => {
    const tables = ['payout_batches', 'payout_instructions', 'payout_answers', 'audit_events'];
    for (const table of tables) {
      const rows = JSON.stringify(await stack().db(table).select());
      expect(rows.length).toBeGreaterThan(2);
      expect(rows).not.toContain('3602000119200000001');
    }
  });

  it('need an account of ours to leave', async () => {
    const poor = new TestOffice(stack().db, { payer: false });
    expect(await refusalOf(poor.office.payouts.prepare({ format: 'pain001', currency: 'CNY' }, ann))).toBe(
      'payer_missing',
    );
  });
});

/** Credits less debits of liabilities, and of banks what left them. */
async function balancesOf({ db }: Stack): Promise<Map<string, bigint>> {
  return new Map((await listBalances(db)).map((row) => [row.accountCode, row.creditMinor - row.debitMinor]));
}
