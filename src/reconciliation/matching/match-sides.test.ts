import { type MatchOptions, matchRows, row } from '../../../test/support/matching.ts';
import { matchSides } from './match-sides.ts';
import type { MatchRow } from './matching.types.ts';
import { RowTable } from './row-table.ts';
import { matchingRulesSchema } from './rules.ts';
import { TextPool } from './text-pool.ts';

/** `rule` of the only match, or `class` of the only break, with the numbers of rows on both sides. */
function outcome(lefts: MatchRow[], rights: MatchRow[], options?: MatchOptions): string[] {
  const { matched, breaks } = matchRows(lefts, rights, options);
  return [
    ...matched.map(({ rule, left, right }) => `${rule} ${left.length}:${right.length}`),
    ...breaks.map((found) => `${found.class}! ${found.left.length}:${found.right.length}`),
  ].sort();
}

const NEXT_DAY = { bookedOn: '2026-11-22' };

describe('passes', () => {
  it('match by the same reference first', () => {
    expect(outcome([row('A'), row('B')], [row('B'), row('A')])).toEqual([
      'exactReference 1:1',
      'exactReference 1:1',
    ]);
  });

  it("match by the channel's number on either side", () => {
    expect(outcome([row('A', { channelRef: 'N1' })], [row('X', { channelRef: 'N1' })])).toEqual([
      'channelReference 1:1',
    ]);
    expect(outcome([row('A', { channelRef: 'N1' })], [row('N1')])).toEqual(['channelReference 1:1']);
  });

  it('match a refund by what it takes back', () => {
    const refund = { amountMinor: -10_000, kind: 'refund' } as const;
    expect(outcome([row('R1', { ...refund, originalRef: 'A' })], [row('A', refund)])).toEqual([
      'refundToOriginal 1:1',
    ]);
  });

  it('carry over the day cut, over closed days too', () => {
    expect(outcome([row('A')], [row('A', NEXT_DAY)])).toEqual(['dateCut 1:1']);
    const far = [row('A', { bookedOn: '2026-11-23' })];
    expect(outcome([row('A')], far)).toEqual(['dateCut! 1:1']);
    const rules = { dateCut: { closedOn: ['2026-11-22'] } };
    expect(outcome([row('A')], far, { rules })).toEqual(['dateCut 1:1']);
  });

  it('add up what one movement pays', () => {
    expect(outcome([row('A', { feeMinor: 60 })], [row('A', { amountMinor: 9_940 })])).toEqual([
      'netOfFee 1:1',
    ]);
    expect(outcome([row('A')], [row('A', { amountMinor: 4_000 }), row('A', { amountMinor: 6_000 })])).toEqual(
      ['splitPayment 1:2'],
    );
    const batch = [
      row('A', { batch: 'S1', feeMinor: 60 }),
      row('B', { batch: 'S1', feeMinor: 60 }),
      row('C', { batch: 'S1', amountMinor: -3_000, kind: 'refund' }),
    ];
    const settled = row('S1', { amountMinor: 16_880, kind: 'settlement' });
    expect(outcome(batch, [settled])).toEqual(['settlementBatch 3:1']);
    expect(outcome([settled], batch, { roles: ['channel', 'ledger'] })).toEqual(['settlementBatch 1:3']);
  });

  it('look for a sum only where one choice of payments gives it', () => {
    const payments = [
      row('A', { amountMinor: 100 }),
      row('B', { amountMinor: 250 }),
      row('C', { amountMinor: 700 }),
    ];
    const settlement = (amountMinor: number) => [row('Z', { amountMinor, kind: 'settlement' })];
    expect(outcome(payments, settlement(950))).toEqual(['ledgerOnly! 1:0', 'subsetSum 2:1']);
    const twice = [...payments, row('D', { amountMinor: 250 })];
    const { breaks } = matchRows(twice, settlement(950));
    expect(breaks.find(({ right }) => right.length > 0)).toMatchObject({
      class: 'bankOnly',
      rule: 'subsetSum',
      scores: { candidates: 4, solutions: 2 },
    });
    expect(outcome(payments, settlement(950), { rules: { subsetSum: { maxCandidates: 2 } } })).toHaveLength(
      4,
    );
  });

  it('give neither settlement a payment that both want', () => {
    const payments = [row('A', { amountMinor: 100 }), row('B', { amountMinor: 250 })];
    const settlements = [
      row('Y', { amountMinor: 350, kind: 'settlement' }),
      row('Z', { amountMinor: 100, kind: 'settlement' }),
    ];
    expect(outcome(payments, settlements)).toEqual([
      'bankOnly! 0:1',
      'bankOnly! 0:1',
      'ledgerOnly! 1:0',
      'ledgerOnly! 1:0',
    ]);
  });

  it('tolerate what a rule declares of a fee', () => {
    const rules = { fees: [{ name: 'card', ratePpm: 6_000, toleranceMinor: 2 }] };
    const net = (amountMinor: number) => outcome([row('A')], [row('A', { amountMinor })], { rules });
    expect(net(9_940)).toEqual(['tolerance 1:1']);
    expect(net(9_938)).toEqual(['tolerance 1:1']);
    expect(net(9_937)).toEqual(['fee! 1:1']);
    expect(net(9_000)).toEqual(['amountUnder! 1:1']);
    expect(net(11_000)).toEqual(['amountOver! 1:1']);
  });

  it('match near references when neither side has another, and else propose them', () => {
    const near = matchRows([row('PAY-00012345')], [row('pay 00012345')]);
    expect(near.matched).toMatchObject([{ rule: 'nearReference', scores: { likeness: 99 } }]);
    const ambiguous = matchRows([row('PAY-00012345')], [row('pay 00012345'), row('PAY00012345')]);
    expect(ambiguous.matched).toEqual([]);
    expect(ambiguous.proposals).toHaveLength(2);
    // The next payment of a series has another number, and may have the same amount.
    const series = matchRows([row('PAY-00012345')], [row('PAY-00012346')]);
    expect(series).toMatchObject({ matched: [], proposals: [{ reason: 'nearReference', score: 80 }] });
    expect(matchRows([row('QWERTY')], [row('ASDFGH')])).toMatchObject({
      proposals: [{ reason: 'sameAmount' }],
    });
  });

  it('match rows without any number by what is said of them', () => {
    const told = { text: '水务公司|11月' };
    expect(outcome([row(null, told)], [row(null, told)])).toEqual(['sameText 1:1']);
    expect(outcome([row(null, told)], [row(null, { text: 'x' })])).toEqual([
      'bankOnly! 0:1',
      'ledgerOnly! 1:0',
    ]);
  });

  it('need no counterpart for what has moved nothing', () => {
    expect(outcome([row('A', { status: 'failed' })], [row('B', { status: 'pending' })])).toEqual([
      'notMoved 0:1',
      'notMoved 1:0',
    ]);
  });

  it('need none for what our books took back on its date, when the other file lists neither', () => {
    const back = (more: Partial<MatchRow> = {}) =>
      row('A-undone', { originalRef: 'A', amountMinor: -10_000, kind: 'refund', ...more });
    expect(outcome([row('A'), back()], [])).toEqual(['notMoved 2:0']);
    expect(outcome([row('A'), back()], [row('A'), back()])).toEqual([
      'exactReference 1:1',
      'exactReference 1:1',
    ]);
    // Half of it, on another date, taken back twice, listed once; and of theirs we would not know why.
    expect(outcome([row('A'), back({ amountMinor: -5_000 })], [])).toEqual([
      'ledgerOnly! 1:0',
      'refund! 1:0',
    ]);
    expect(outcome([row('A'), back({ bookedOn: '2026-11-22' })], [])).not.toContain('notMoved 2:0');
    expect(outcome([row('A'), back(), back({ ref: 'B-undone' })], [])).not.toContain('notMoved 2:0');
    expect(outcome([row('A'), back()], [row('A')])).toEqual(['exactReference 1:1', 'refund! 1:0']);
    expect(outcome([], [row('A'), back()])).toEqual(['bankOnly! 0:1', 'refund! 0:1']);
  });
});

describe('breaks', () => {
  it.each([
    ['ledgerOnly', [row('A')], [], {}],
    ['bankOnly', [], [row('A')], {}],
    ['agencyMissing', [row('A')], [], { roles: ['ledger', 'agency'] }],
    ['agencyOnly', [], [row('A')], { roles: ['ledger', 'agency'] }],
    ['status', [row('A', { status: 'pending' })], [row('A')], {}],
    ['currency', [row('A')], [row('A', { currency: 'HKD' })], {}],
    ['splitIncomplete', [row('A')], [row('A', { amountMinor: 3_000 }), row('A', { amountMinor: 1_000 })], {}],
    ['refund', [], [row('A', { amountMinor: -10_000, kind: 'refund' })], {}],
    ['dateCut', [row('A', NEXT_DAY)], [], { covers: '2026-11-21' }],
    ['dateCut', [row('A', { isNearCutOff: true })], [], {}],
    ['unparseable', [], [row('A', { amountMinor: null })], {}],
    ['duplicate', [row('A')], [row('A'), row('A')], {}],
    ['duplicate', [], [row('A'), row('A')], {}],
    ['fee', [row('A', { feeMinor: 60 })], [row('A', { feeMinor: 50 })], {}],
    ['fee', [row('A', { feeMinor: 60 })], [row('A', { amountMinor: 9_950 })], {}],
    ['lateFile', [row('A'), row('B')], [], { isRightLate: true }],
  ] as [string, MatchRow[], MatchRow[], MatchOptions][])('%s', (name, lefts, rights, options) => {
    expect(outcome(lefts, rights, options)).toEqual([`${name}! ${lefts.length}:${rights.length}`]);
  });

  it('tell a payment that came again from one that only looks alike', () => {
    const again = matchRows([row('A')], [row('A'), row('A', { bookedOn: '2026-11-25' })]);
    expect(again.breaks).toMatchObject([{ class: 'duplicate', relatedLeft: [0], relatedRight: [0] }]);
    expect(outcome([row('A'), row('B')], [row('A'), row('B')])).toHaveLength(2);
    const alike = { text: '同一句话' };
    expect(outcome([row(null, alike), row(null, alike)], [row(null, alike), row(null, alike)])).toEqual([
      'sameText 2:2',
    ]);
  });

  it('never guess which of two identical rows belongs to one', () => {
    const { matched, breaks } = matchRows([row('A')], [row('A'), row('A')]);
    expect(matched).toEqual([]);
    expect(breaks).toMatchObject([{ class: 'duplicate', left: [0], right: [0, 1], differenceMinor: 10_000 }]);
  });

  it("know which one it is where the channel's number tells", () => {
    const rights = [row('A', { channelRef: 'N1' }), row('A', { channelRef: 'N2' })];
    const { matched, breaks } = matchRows([row('A', { channelRef: 'N1' })], rights);
    expect(matched).toMatchObject([{ rule: 'channelReference', left: [0], right: [0] }]);
    expect(breaks).toMatchObject([{ class: 'duplicate', right: [1], relatedRight: [0] }]);
  });

  it('take a debit, its double and its reversal together', () => {
    const rights = [row('A'), row('A'), row('A', { amountMinor: -10_000, kind: 'refund' })];
    expect(outcome([row('A')], rights)).toEqual(['splitPayment 1:3']);
  });

  it('are told of step by step', () => {
    const pool = new TextPool();
    const steps: number[] = [];
    const side = (role: 'ledger' | 'channel') => ({ role, table: new RowTable(pool) });
    matchSides(side('ledger'), side('channel'), matchingRulesSchema.parse({}), (done, total) =>
      steps.push(done / total),
    );
    expect(steps).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((done) => done / 9));
  });

  it('refuse amounts that can not be added up, and a late file with rows', () => {
    const large = row('A', { amountMinor: Number.MAX_SAFE_INTEGER });
    expect(() => matchRows([large, row('B')], [])).toThrow(RangeError);
    expect(() => matchRows([], [row('A')], { isRightLate: true })).toThrow(RangeError);
  });
});
