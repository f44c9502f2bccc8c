import { createTestVault } from '../../../test/support/accounts.ts';
import { row } from '../../../test/support/matching.ts';
import { ReconciledSource } from '../../../test/support/reconciled-batches.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { newId } from '../../kernel/ids.ts';
import { datesOfAgency } from '../batches/dates-of-agency.ts';
import { reconciledItems } from './reconciled-items.ts';
import type { ReconciledItem } from './runs.types.ts';

const DATE = '2026-11-21';

const [PAY_1 = '', PAY_2 = '', PAY_3 = ''] = [1, 2, 3].map((atMs) => newId('pay', atMs, 0));

describeOnBothStacks('what settlement asks of reconciliation', (stack) => {
  const vault = createTestVault();

  it('is each payment with its state, and which dates are matched', async () => {
    const { db } = stack();
    const source = await ReconciledSource.open({ db, vault }, 'power-gateway', {
      role: 'agency',
      agencies: ['power'],
    });
    const posted = (paymentId: string) => ({
      ...row(paymentId, { bookedOn: DATE, kind: 'payment', status: 'final' }),
      paymentId,
      agencyId: 'power',
      reference: paymentId,
      agencyMinor: 9_962,
      feeMinor: 38,
    });
    const [agreed, broken] = [posted(PAY_1), posted(PAY_2)];
    const sourceIds = ['power-gateway'];
    await source.day(
      DATE,
      [agreed, broken, { ...posted(PAY_3), agencyId: 'other' }],
      [agreed, posted(PAY_3)],
    );
    const items: ReconciledItem[] = [];
    for await (const item of reconciledItems(db, vault, {
      agencyId: 'power',
      sourceIds,
      businessDate: DATE,
    })) {
      items.push(item);
    }
    const whole = { kind: 'payment', businessDate: DATE, amountMinor: 10_000, feeMinor: 38 };
    expect(items).toEqual([
      { ...whole, itemId: PAY_1, paymentId: PAY_1, state: 'reconciled' },
      { ...whole, itemId: PAY_2, paymentId: PAY_2, state: 'unreconciled' },
    ]);

    const silent = { from: DATE, to: DATE, sourceIds: ['sends-nothing'] };
    await expect(datesOfAgency(db, silent)).rejects.toMatchObject({ code: 'agency_sends_no_statement' });
    const span = { from: DATE, to: '2026-11-22', sourceIds };
    expect((await datesOfAgency(db, span)).map(({ waitsFor }) => waitsFor)).toEqual([sourceIds, sourceIds]);
    await db('reconciliation_batches').where('business_date', DATE).update({ phase: 'settle' });
    expect((await datesOfAgency(db, span)).map(({ waitsFor }) => waitsFor)).toEqual([[], sourceIds]);
  });
});
