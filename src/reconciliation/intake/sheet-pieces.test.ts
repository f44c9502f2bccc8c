import { createTestVault } from '../../../test/support/accounts.ts';
import { ReconciledSource } from '../../../test/support/reconciled-batches.ts';
import { somePayment } from '../../../test/support/some-payment.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { insertPayments } from '../../billing/payment.repo.ts';
import { transact } from '../../infra/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import type { Fence } from '../batches/fence.ts';
import { type StatementSource, sourceSettingsSchema } from './intake.types.ts';
import { readRaw } from './pieces.repo.ts';
import { writeSheet } from './statement-pieces.ts';

const DATE = '2026-03-02';
const AT_MS = Date.parse(`${DATE}T12:00:00+08:00`);
const COUNT = 300;

describeOnBothStacks('what our books say of a date', (stack) => {
  const vault = createTestVault();
  const source: StatementSource = {
    sourceId: 'bank-of-sheets',
    role: 'channel',
    currency: 'CNY',
    cutOff: { timeZone: 'Asia/Shanghai', cutOff: '00:00' },
    beganOn: DATE,
    settings: sourceSettingsSchema.parse({}),
  };
  let sheets = 0;
  const read = async (expectedRows: number) => {
    sheets += 1;
    const statementId = `stm_${sheets}`;
    const deps = { db: stack().db, vault };
    const reading = { statementId, source, businessDate: DATE };
    const sheet = await writeSheet(deps, fence, reading, expectedRows);
    expect(await writeSheet(deps, null, reading, expectedRows)).toEqual(sheet);
    const rows = await readRaw(stack().db, vault, statementId, [0, COUNT - 1, COUNT]);
    return { ...sheet, texts: rows.map(({ line, raw }) => [line, JSON.parse(raw)]) };
  };
  let fence: Fence;

  beforeAll(async () => {
    fence = await (await ReconciledSource.open({ db: stack().db, vault }, source.sourceId)).claim(DATE);
  });

  it('is the same when it is read in a thread', async () => {
    const payments = Array.from({ length: COUNT }, (_, at) => ({
      ...somePayment(),
      paymentId: newId('pay', AT_MS + at, 7),
      channelId: source.sourceId,
      channelReference: `其它 "${at}"`,
      debitedAtMs: AT_MS + at,
    }));
    await transact(stack().db, (tx) => insertPayments(tx, vault, payments));
    const here = await read(0);
    expect(here.gathered).toMatchObject({
      rowCount: COUNT,
      dates: { first: DATE, last: DATE, onDateCount: COUNT },
    });
    const [first, last] = [payments.at(0), payments.at(-1)];
    expect(here.texts).toEqual([
      [1, expect.objectContaining({ paymentId: first?.paymentId, theirReference: '其它 "0"', atMs: AT_MS })],
      [COUNT, expect.objectContaining({ paymentId: last?.paymentId, kind: 'payment', status: 'final' })],
    ]);
    expect(await read(1_000_000)).toEqual(here);
  });
});
