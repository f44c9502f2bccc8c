import { BreakDesk, FINANCE } from '../../../test/support/breaks.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { agencyAdjustments } from './agency-adjustments.ts';
import type { ManualKind } from './break.types.ts';

describeOnBothStacks('what closed breaks leave on an agency’s account', (stack) => {
  let desk: BreakDesk;
  let before: Set<string>;
  beforeAll(() => {
    desk = new BreakDesk(stack().db);
  });
  beforeEach(async () => {
    before = new Set((await agencyAdjustments(stack().db, 'power')).map(({ itemId }) => itemId));
  });

  const close = async (breakId: string, kind: ManualKind, account: string | null = null) => {
    const { resolutions } = desk.module;
    const asked = await resolutions.propose(
      { breakIds: [breakId], kind, account: account as never, reason: '核对凭证' },
      desk.by(),
    );
    if (asked.state === 'proposed')
      await resolutions.approve(asked.resolutionId, asked.breaksSha256, desk.by(FINANCE[1]));
  };
  const claimed = async (amountMinor: number) =>
    desk.addBreak(await desk.addSource('agency'), 'agencyOnly', [{ side: 'theirs', amountMinor }]);
  const found = async () =>
    (await agencyAdjustments(stack().db, 'power')).filter(({ itemId }) => !before.has(itemId));

  it('is nothing while a break is open', async () => {
    await claimed(700);
    expect(await found()).toEqual([]);
  });

  it('is the agency’s claim once it was written off as ours to bear', async () => {
    const breakId = await claimed(700);
    await close(breakId, 'writeOff');
    expect(await found()).toMatchObject([{ breakId, amountMinor: 700, businessDate: '2026-11-20' }]);
  });

  it('is nothing where the claim was taken back from its account', async () => {
    await close(await claimed(700), 'adjust', 'agencyPayable');
    expect(await found()).toEqual([]);
  });

  it('is made good when the closing is undone, and counts again when it is closed anew', async () => {
    const breakId = await claimed(700);
    await close(breakId, 'writeOff');
    const [first] = await found();
    await desk.module.breaks.reopen(breakId, '查错了', desk.by());
    expect(await found()).toMatchObject([
      { itemId: first?.itemId, amountMinor: 700 },
      { itemId: `${first?.itemId}-undone`, amountMinor: -700 },
    ]);
    await close(breakId, 'writeOff');
    const sums = (await found()).map(({ amountMinor }) => amountMinor);
    expect(sums.reduce((sum, minor) => sum + minor, 0)).toBe(700);
    expect(sums).toHaveLength(3);
  });
});
