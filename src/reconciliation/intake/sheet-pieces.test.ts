import { createTestVault } from '../../../test/support/accounts.ts';
import { somePayment } from '../../../test/support/some-payment.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { insertPayments } from '../../billing/payment.repo.ts';
import { transact } from '../../infra/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { type StatementSource, sourceSettingsSchema } from './intake.types.ts';
import type { StatementPiece } from './pieces.ts';
import { sheetPieces } from './statement-pieces.ts';

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
  const read = async (expectedRows: number) => {
    let rowCount = 0;
    const keep = async (pieces: StatementPiece[]) => {
      for (const piece of pieces) rowCount += piece.rowCount;
    };
    const reading = { statementId: 'stm_sheet', source, businessDate: DATE };
    const sheet = await sheetPieces({ db: stack().db, vault }, reading, expectedRows, keep);
    expect(sheet.gathered.rowCount).toBe(rowCount);
    return sheet;
  };

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
    expect(await read(1_000_000)).toEqual(here);
  });
});
