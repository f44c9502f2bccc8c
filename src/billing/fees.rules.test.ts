import fc from 'fast-check';
import { type Fee, feeSchema } from '../contract/index.ts';
import { money } from '../kernel/money.ts';
import { debitAmountOf, feesOn, residentFeeMinor, sharesOf } from './fees.rules.ts';

const someFee = (more: Partial<Fee>): Fee =>
  feeSchema.parse({
    payer: 'resident',
    effectiveFrom: '2026-01-01',
    slabs: [{ flatMinor: 0, ratePpm: 3_800 }],
    split: { platform: 1, channel: 0, agency: 0 },
    ...more,
  });
const feeMinor = (fee: Fee, amountMinor: number, date = '2026-06-01') =>
  feesOn([fee], date, amountMinor)[0]?.amountMinor ?? 0;

const anyFee: fc.Arbitrary<Fee> = fc
  .record({
    payer: fc.constantFrom('resident' as const, 'agency' as const),
    bounds: fc.uniqueArray(fc.integer({ min: 1, max: 5_000_000 }), { maxLength: 3 }),
    flats: fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 4, maxLength: 4 }),
    rates: fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 4, maxLength: 4 }),
    minimumMinor: fc.option(fc.integer({ min: 0, max: 500 }), { nil: undefined }),
    weights: fc
      .tuple(fc.nat(9), fc.nat(9), fc.nat(9))
      .filter(([platform, channel, agency]) => platform + channel + agency > 0),
  })
  .map(({ payer, bounds, flats, rates, minimumMinor, weights: [platform, channel, agency] }) =>
    someFee({
      payer,
      minimumMinor,
      slabs: [...bounds.sort((a, b) => a - b), undefined].map((upToMinor, index) => ({
        upToMinor,
        flatMinor: flats[index] ?? 0,
        ratePpm: rates[index] ?? 0,
      })),
      split: { platform, channel, agency },
    }),
  );
const amounts = fc.integer({ min: 1, max: 10_000_000 });

describe('a fee', () => {
  it('is flat plus a share of the slab that the whole amount falls in, rounded half up', () => {
    expect(feeMinor(someFee({}), 10_000)).toBe(38);
    expect(feeMinor(someFee({ slabs: [{ flatMinor: 0, ratePpm: 5_000 }] }), 100)).toBe(1);
    expect(feeMinor(someFee({ slabs: [{ flatMinor: 0, ratePpm: 4_999 }] }), 100)).toBe(0);
    const slabs = [
      { upToMinor: 10_000, flatMinor: 50, ratePpm: 0 },
      { flatMinor: 20, ratePpm: 1_000 },
    ];
    expect(feeMinor(someFee({ slabs }), 10_000)).toBe(50);
    expect(feeMinor(someFee({ slabs }), 10_001)).toBe(30);
  });

  it('is held between its bounds, and never takes more from an agency than was collected', () => {
    const bounds = { minimumMinor: 30, maximumMinor: 40 };
    expect(feeMinor(someFee(bounds), 1)).toBe(30);
    expect(feeMinor(someFee(bounds), 1_000_000)).toBe(40);
    expect(feeMinor(someFee({ ...bounds, payer: 'agency' }), 7)).toBe(7);
  });

  it('holds from its first to its last date', () => {
    const fee = someFee({ effectiveFrom: '2026-03-01', effectiveUntil: '2026-03-31' });
    const onDate = (date: string) => feeMinor(fee, 10_000, date) > 0;
    expect(['2026-02-28', '2026-03-01', '2026-03-31', '2026-04-01'].map(onDate)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('is shared without a fen lost: what is taken is what the three have together', () => {
    fc.assert(
      fc.property(fc.array(anyFee, { maxLength: 2 }), amounts, (fees, amountMinor) => {
        const payment = { amount: money(amountMinor, 'CNY'), fees: feesOn(fees, '2026-06-01', amountMinor) };
        for (const { amountMinor: feeMinor, shares } of payment.fees) {
          expect(shares.platformMinor + shares.channelMinor + shares.agencyMinor).toBe(feeMinor);
        }
        const shares = sharesOf(payment);
        expect(shares.agencyMinor + shares.platformMinor + shares.channelMinor).toBe(
          debitAmountOf(payment).amountMinor,
        );
        expect(debitAmountOf(payment).amountMinor - amountMinor).toBe(residentFeeMinor(payment.fees));
      }),
    );
  });
});
