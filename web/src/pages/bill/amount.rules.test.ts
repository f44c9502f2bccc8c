import fc from 'fast-check';
import type { AgencyDetail, Bill } from '../../api/types.ts';
import {
  amountBounds,
  dueMinorOf,
  optionOf,
  refuseAmount,
  spreadOver,
  suggestedMinor,
} from './amount.rules.ts';
import { someBill } from './some-bill.ts';

type Rule = AgencyDetail['amountRule'];
const cny = (amountMinor: number) => ({ amountMinor, currency: 'CNY' });
const terms = (amountRule: Rule, acceptsAdvance = false, limitMinor = 10_000) => ({
  amountRule,
  acceptsAdvance,
  paymentLimit: cny(limitMinor),
});
const due = [someBill('2026-09', 300), someBill('2026-08', 400)];
const refuse = (agency: ReturnType<typeof terms>, bills: readonly Bill[], amountMinor: number | null) => {
  const bounds = amountBounds(agency, bills);
  return bounds && refuseAmount(bounds, amountMinor);
};

describe('an amount towards bills', () => {
  it('is held to the rule of the agency', () => {
    expect(refuse(terms({ kind: 'exact' }), due, 700)).toBeNull();
    expect(refuse(terms({ kind: 'exact' }), due, 699)).toEqual({ code: 'atLeast', amountMinor: 700 });
    expect(refuse(terms({ kind: 'exact' }), due, 701)).toEqual({ code: 'atMost', amountMinor: 700 });
    // A bill smaller than the minimum can still be paid in full.
    expect(refuse(terms({ kind: 'atMost', minimumMinor: 1000 }), due, 700)).toBeNull();
    expect(refuse(terms({ kind: 'any', minimumMinor: 100 }), due, 99)).toEqual({
      code: 'atLeast',
      amountMinor: 100,
    });
    const range = { kind: 'range', minimumMinor: 100, maximumMinor: 500 } as const;
    expect(refuse(terms(range), due, 501)).toEqual({ code: 'atMost', amountMinor: 500 });
    expect(refuse(terms({ kind: 'multipleOf', stepMinor: 50 }), due, 125)).toEqual({
      code: 'multipleOf',
      amountMinor: 50,
    });
  });

  it('goes beyond what is due only where that stays as credit, and never beyond the limit', () => {
    const any = { kind: 'any', minimumMinor: 1 } as const;
    expect(refuse(terms(any), due, 701)).toEqual({ code: 'atMost', amountMinor: 700 });
    expect(refuse(terms({ kind: 'atLeast' }), due, 900)).toEqual({ code: 'atMost', amountMinor: 700 });
    expect(refuse(terms({ kind: 'atLeast' }, true), due, 900)).toBeNull();
    expect(refuse(terms(any, true), due, 10_001)).toEqual({ code: 'atMost', amountMinor: 10_000 });
  });

  it('is at least what the bills ask for', () => {
    const [newer, older] = due;
    const asking = [
      { ...someBill('2026-07', 50), minimumDue: cny(80) },
      { ...newer, minimumDue: cny(100) },
      older,
    ];
    const bounds = amountBounds(terms({ kind: 'any', minimumMinor: 1 }), asking as Bill[]);
    expect(bounds).toEqual({ leastMinor: 150, mostMinor: 750, stepMinor: 1 });
  });

  it('does not exist where one payment cannot carry it', () => {
    expect(amountBounds(terms({ kind: 'exact' }, false, 699), due)).toBeNull();
    expect(amountBounds(terms({ kind: 'multipleOf', stepMinor: 1000 }), due)).toBeNull();
  });
});

describe('an amount to an account', () => {
  it('is not held to what is due', () => {
    for (const kind of ['exact', 'atLeast'] as const) {
      expect(amountBounds(terms({ kind }), [])).toEqual({ leastMinor: 1, mostMinor: 10_000, stepMinor: 1 });
    }
    const range = { kind: 'range', minimumMinor: 100, maximumMinor: 50_000 } as const;
    expect(amountBounds(terms(range), [])).toEqual({ leastMinor: 100, mostMinor: 10_000, stepMinor: 1 });
    expect(amountBounds(terms({ ...range, stepMinor: 50 }, false, 9_990), [])).toEqual({
      leastMinor: 100,
      mostMinor: 9_950,
      stepMinor: 50,
    });
    expect(amountBounds(terms({ kind: 'multipleOf', stepMinor: 3000 }), [])).toEqual({
      leastMinor: 3000,
      mostMinor: 9000,
      stepMinor: 3000,
    });
  });

  it('is an amount at all', () => {
    for (const amountMinor of [null, 0, -1]) {
      expect(refuse(terms({ kind: 'exact' }), [], amountMinor)).toEqual({ code: 'notAnAmount' });
    }
  });
});

const anyRule: fc.Arbitrary<Rule> = fc.oneof(
  fc.constantFrom<Rule>({ kind: 'exact' }, { kind: 'atLeast' }),
  fc.record({ kind: fc.constant('atMost'), minimumMinor: fc.integer({ min: 1, max: 500 }) }),
  fc.record({ kind: fc.constant('any'), minimumMinor: fc.integer({ min: 1, max: 500 }) }),
  fc.record({ kind: fc.constant('multipleOf'), stepMinor: fc.integer({ min: 1, max: 500 }) }),
) as fc.Arbitrary<Rule>;
const anyBills = fc
  .array(fc.integer({ min: 1, max: 500 }), { maxLength: 4 })
  .map((amounts) => amounts.map((amount, i) => someBill(`2026-0${i + 1}`, amount)));

it('what is suggested is never refused', () => {
  fc.assert(
    fc.property(anyRule, fc.boolean(), anyBills, (rule, acceptsAdvance, bills) => {
      const bounds = amountBounds(terms(rule, acceptsAdvance), bills);
      fc.pre(bounds !== null);
      expect(bounds && refuseAmount(bounds, suggestedMinor(bounds, dueMinorOf(bills)))).toBeNull();
    }),
  );
});

describe('a part payment', () => {
  it('covers the oldest bill first', () => {
    const { parts, creditMinor } = spreadOver(due, 450);
    expect(parts.map(({ bill, paidMinor }) => [bill.period, paidMinor])).toEqual([
      ['2026-08', 400],
      ['2026-09', 50],
    ]);
    expect(creditMinor).toBe(0);
  });

  it('adds up, and leaves credit only when all bills are covered', () => {
    fc.assert(
      fc.property(anyBills, fc.integer({ min: 1, max: 3_000 }), (bills, amountMinor) => {
        const { parts, creditMinor } = spreadOver(bills, amountMinor);
        expect(parts.reduce((sum, part) => sum + part.paidMinor, creditMinor)).toBe(amountMinor);
        expect(creditMinor).toBe(Math.max(0, amountMinor - dueMinorOf(bills)));
      }),
    );
  });
});

it('of early, on time and late, the one that is due today is known by its days', () => {
  const option = (
    kind: 'early' | 'onTime' | 'late',
    amount: number,
    from: string | null,
    until: string | null,
  ) => ({
    kind,
    amount: cny(amount),
    from,
    until,
  });
  const bill = {
    ...someBill('2026-10', 100),
    amountOptions: [
      option('early', 90, null, '2026-11-10'),
      option('onTime', 100, '2026-11-11', '2026-11-20'),
      option('late', 100, '2026-11-21', null),
    ],
  };
  expect(optionOf(bill, '2026-11-15')?.kind).toBe('onTime');
  expect(optionOf(bill, '2026-11-21')?.kind).toBe('late');
  expect(optionOf(someBill('2026-10', 100), '2026-11-15')).toBeNull();
});
