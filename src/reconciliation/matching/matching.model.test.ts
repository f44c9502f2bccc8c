import fc from 'fast-check';
import { matchRows, row } from '../../../test/support/matching.ts';
import type { BreakClass, MatchRow, RowKind, RowStatus } from './matching.types.ts';

/** Few values of everything, so that rows meet in every way. */
const anyRow: fc.Arbitrary<MatchRow> = fc
  .record({
    ref: fc.constantFrom('REFERENCE-1', 'REFERENCE-2', 'reference1', 'N1', null),
    channelRef: fc.constantFrom('N1', 'N2', null, null),
    originalRef: fc.constantFrom('REFERENCE-1', null, null),
    batch: fc.constantFrom('S1', 'REFERENCE-2', null, null),
    text: fc.constantFrom('a', 'b', null),
    amountMinor: fc.constantFrom(100, 200, 300, -100, 0, null),
    feeMinor: fc.constantFrom(0, 0, 1),
    currency: fc.constantFrom('CNY', 'CNY', 'HKD'),
    bookedOn: fc.constantFrom('2026-11-21', '2026-11-22', '2026-11-25', null),
    status: fc.constantFrom<RowStatus>('final', 'final', 'pending', 'failed'),
    kind: fc.constantFrom<RowKind>('payment', 'payment', 'refund', 'settlement'),
    isNearCutOff: fc.boolean(),
  })
  .map((fields) => row(fields.ref, fields));
const rows = fc.array(anyRow, { maxLength: 14 });
const rules = fc.constantFrom({}, { fees: [{ name: 'x', toleranceMinor: 1 }] }, { dateCut: { days: 0 } });

const sum = (all: readonly MatchRow[], currency: string) =>
  all.reduce((total, each) => total + (each.currency === currency ? (each.amountMinor ?? 0) : 0), 0);

describe('matching any rows', () => {
  it('uses each row once, and loses neither rows nor money', () => {
    fc.assert(
      fc.property(rows, rows, rules, (lefts, rights, declared) => {
        const { matched, breaks, proof } = matchRows(lefts, rights, { rules: declared });
        for (const [side, all] of [
          ['left', lefts],
          ['right', rights],
        ] as const) {
          const used = [...matched, ...breaks].flatMap((found) => found[side]);
          expect(used.toSorted((a, b) => a - b)).toEqual(all.map((_, place) => place));
          for (const { currency, amountMinor, rows: count } of proof[side].all) {
            expect(amountMinor).toBe(sum(all, currency));
            const parts = [...proof[side].matched, ...proof[side].broken].filter(
              (part) => part.currency === currency,
            );
            expect(parts.reduce((total, part) => total + part.rows, 0)).toBe(count);
            expect(parts.reduce((total, part) => total + part.amountMinor, 0)).toBe(amountMinor);
          }
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('finds the same whatever the order of the rows', () => {
    const shuffled = fc.tuple(rows, rows, rules).chain(([lefts, rights, declared]) =>
      fc.record({
        lefts: fc.constant(lefts),
        rights: fc.constant(rights),
        declared: fc.constant(declared),
        otherLefts: fc.shuffledSubarray(lefts, { minLength: lefts.length }),
        otherRights: fc.shuffledSubarray(rights, { minLength: rights.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ lefts, rights, declared, otherLefts, otherRights }) => {
        const first = matchRows(lefts, rights, { rules: declared });
        const second = matchRows(otherLefts, otherRights, { rules: declared });
        expect(second.digest).toBe(first.digest);
        const classes = (found: typeof first) => found.breaks.map((each) => each.class).toSorted();
        expect(classes(second)).toEqual(classes(first));
      }),
      { numRuns: 1_500 },
    );
  });

  it('has another digest when a row says something else', () => {
    const changes: Partial<MatchRow>[] = [
      { ref: 'OTHER' },
      { channelRef: 'OTHER' },
      { originalRef: 'OTHER' },
      { batch: 'OTHER' },
      { amountMinor: 10_001 },
      { feeMinor: 1 },
      { currency: 'HKD' },
      { bookedOn: '2026-11-20' },
      { status: 'pending' },
      { kind: 'refund' },
      { isNearCutOff: true },
    ];
    const digests = [{}, ...changes].map((change) => matchRows([row('A', change)], [row('A')]).digest);
    expect(new Set(digests).size).toBe(digests.length);
    expect(matchRows([row('A')], [row('A')]).digest).toBe(digests[0]);
  });

  it('matches by reference just those rows that a plain comparison of all with all does', () => {
    const plainRow = fc
      .record({
        ref: fc.constantFrom('A', 'B', 'C'),
        amountMinor: fc.constantFrom(100, 200),
        bookedOn: fc.constantFrom('2026-11-21', '2026-11-22'),
      })
      .map((fields) => row(fields.ref, fields));
    const sameRows = (all: readonly MatchRow[], one: MatchRow) =>
      all.filter(
        (each) =>
          each.ref === one.ref && each.amountMinor === one.amountMinor && each.bookedOn === one.bookedOn,
      );
    fc.assert(
      fc.property(
        fc.array(plainRow, { maxLength: 12 }),
        fc.array(plainRow, { maxLength: 12 }),
        (lefts, rights) => {
          const exact = matchRows(lefts, rights).matched.filter(({ rule }) => rule === 'exactReference');
          const expected = (all: readonly MatchRow[]) =>
            all.flatMap((one, place) => {
              const [left, right] = [sameRows(lefts, one).length, sameRows(rights, one).length];
              return left === right ? [place] : [];
            });
          expect(exact.flatMap(({ left }) => left).toSorted((a, b) => a - b)).toEqual(expected(lefts));
          expect(exact.flatMap(({ right }) => right).toSorted((a, b) => a - b)).toEqual(expected(rights));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

const DAY = '2026-11-21';
const NEXT_DAY = '2026-11-22';
const FEES = { fees: [{ name: 'card', ratePpm: 6_000, toleranceMinor: 1 }] };

interface Planted {
  lefts: MatchRow[];
  rights: MatchRow[];
}

/** What is done to a payment so that it becomes a break of a class. */
const PLANTS: Record<
  Exclude<BreakClass, 'agencyOnly' | 'agencyMissing' | 'lateFile'>,
  (payment: MatchRow) => Planted
> = {
  bankOnly: (payment) => ({ lefts: [], rights: [payment] }),
  ledgerOnly: (payment) => ({ lefts: [payment], rights: [] }),
  status: (payment) => ({ lefts: [{ ...payment, status: 'pending' }], rights: [payment] }),
  amountOver: (payment) => ({ lefts: [payment], rights: [{ ...payment, amountMinor: times(payment, 1.5) }] }),
  amountUnder: (payment) => ({
    lefts: [payment],
    rights: [{ ...payment, amountMinor: times(payment, 0.5) }],
  }),
  fee: (payment) => ({ lefts: [payment], rights: [{ ...payment, amountMinor: times(payment, 0.98) }] }),
  duplicate: (payment) => ({ lefts: [payment], rights: [payment, { ...payment, line: 0 }] }),
  refund: (payment) => ({
    lefts: [],
    rights: [{ ...payment, ref: `R${payment.ref}`, amountMinor: times(payment, -1), kind: 'refund' }],
  }),
  currency: (payment) => ({ lefts: [payment], rights: [{ ...payment, currency: 'HKD' }] }),
  dateCut: (payment) => ({ lefts: [{ ...payment, bookedOn: NEXT_DAY }], rights: [] }),
  splitIncomplete: (payment) => ({
    lefts: [payment],
    rights: [0.25, 0.4].map((share) => ({ ...payment, amountMinor: times(payment, share) })),
  }),
  unparseable: (payment) => ({ lefts: [], rights: [{ ...payment, amountMinor: null }] }),
};

function times({ amountMinor }: MatchRow, factor: number): number {
  return Math.round((amountMinor ?? 0) * factor);
}

/** Ways in which a payment without any fault appears on both sides. */
const SOUND: ((payment: MatchRow) => Planted)[] = [
  (payment) => ({ lefts: [payment], rights: [payment] }),
  (payment) => ({ lefts: [payment], rights: [{ ...payment, bookedOn: NEXT_DAY }] }),
  (payment) => ({ lefts: [payment], rights: [{ ...payment, amountMinor: times(payment, 0.994) }] }),
  (payment) => ({
    lefts: [{ ...payment, feeMinor: 77 }],
    rights: [{ ...payment, amountMinor: (payment.amountMinor ?? 0) - 77 }],
  }),
  (payment) => ({
    lefts: [{ ...payment, channelRef: `N${payment.ref}` }],
    rights: [{ ...payment, ref: `N${payment.ref}` }],
  }),
  (payment) => ({ lefts: [payment], rights: [{ ...payment, ref: (payment.ref ?? '').toLowerCase() }] }),
  (payment) => ({ lefts: [{ ...payment, status: 'failed' }], rights: [] }),
  (payment) => ({
    lefts: [payment],
    rights: [0.25, 0.75].map((share) => ({ ...payment, amountMinor: times(payment, share) })),
  }),
];

describe('a day with breaks planted in it', () => {
  const classes = Object.keys(PLANTS) as (keyof typeof PLANTS)[];
  const day = fc
    .array(
      fc.record({
        ref: fc.stringMatching(/^[A-Z0-9]{20}$/),
        amountMinor: fc.integer({ min: 50, max: 5_000 }).map((hundreds) => hundreds * 400),
        sound: fc.nat(SOUND.length - 1),
      }),
      { minLength: 600, maxLength: 600 },
    )
    .chain((payments) =>
      fc.tuple(fc.constant(payments), fc.shuffledSubarray(classes, { minLength: classes.length })),
    );

  it('gives back every one of them in its class, and none that was not planted', () => {
    fc.assert(
      fc.property(day, ([payments, planted]) => {
        const every = Math.floor(payments.length / planted.length);
        const expected: string[] = [];
        const all = payments.map(({ ref, amountMinor, sound }, place): Planted => {
          // References of their own, however the arbitrary shrinks.
          const payment = row(`${ref}${String(place).padStart(4, '0')}${ref}`, {
            amountMinor,
            bookedOn: DAY,
          });
          const name = place % every === 0 ? planted[place / every] : undefined;
          if (!name) return (SOUND[sound] ?? PLANTS.status)(payment);
          const plant = PLANTS[name](payment);
          expected.push(`${name} ${plant.lefts.length}:${plant.rights.length} of ${place}`);
          return plant;
        });
        const [lefts, rights] = [all.flatMap((each) => each.lefts), all.flatMap((each) => each.rights)];
        const { breaks, left, right } = matchRows(lefts, rights, { rules: FEES, covers: DAY });
        const found = breaks.map((each) => {
          const ref = [
            ...each.left.map((at) => left.textAt('ref', at)),
            ...each.right.map((at) => right.textAt('ref', at)),
          ][0];
          const place = payments.findIndex((payment, at) =>
            ref?.includes(`${payment.ref}${String(at).padStart(4, '0')}`),
          );
          return `${each.class} ${each.left.length}:${each.right.length} of ${place}`;
        });
        expect(found.toSorted()).toEqual(expected.toSorted());
      }),
      { numRuns: 25 },
    );
  });

  it('names what the agency lacks, and what only it has', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[A-Z0-9]{16}$/), { minLength: 40, maxLength: 80 }),
        (refs) => {
          const lefts = refs.filter((_, place) => place !== 3).map((ref) => row(ref));
          const rights = refs.filter((_, place) => place !== 7).map((ref) => row(ref));
          const { breaks } = matchRows(lefts, rights, { roles: ['ledger', 'agency'] });
          expect(breaks.map((each) => each.class).toSorted()).toEqual(['agencyMissing', 'agencyOnly']);
        },
      ),
      { numRuns: 30 },
    );
  });
});
