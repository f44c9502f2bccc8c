import {
  percentOf,
  readTerms,
  type Terms,
  type TypedTerms,
  typedOf,
  USUAL_TERMS,
} from './terms-form.rules.ts';

const TERMS: Terms = {
  ...USUAL_TERMS,
  cutOff: { timeZone: 'Asia/Shanghai', cutOff: '22:30' },
  cycle: { kind: 'weekly', lastWeekday: 5 },
  basis: 'gross',
  minimumPayoutMinor: 10_050,
  reserve: { ratePpm: 15_000, heldDays: 90 },
};

describe('terms as they are typed', () => {
  it('are in yuan and percent, and come back as they were', () => {
    expect(typedOf(TERMS)).toMatchObject({ minimum: '100.50', reservePercent: '1.5', reserveDays: '90' });
    expect(readTerms(typedOf(TERMS), USUAL_TERMS)).toEqual(TERMS);
    expect(readTerms(typedOf(USUAL_TERMS), USUAL_TERMS)).toEqual(USUAL_TERMS);
  });

  it('never lose a part per million', () => {
    for (const ratePpm of [1, 10, 9_999, 10_000, 123_456, 1_000_000]) {
      const terms = { ...TERMS, reserve: { ratePpm, heldDays: 1 } };
      expect(readTerms(typedOf(terms), USUAL_TERMS)).toEqual(terms);
    }
    expect(percentOf(1_000_000)).toBe('100');
  });

  it.each<[keyof TypedTerms, string]>([
    ['minimum', '1.005'],
    ['minimum', 'a lot'],
    ['payoutAfterDays', '31'],
    ['payoutAfterDays', ''],
    ['cutOff', '24:00'],
    ['reservePercent', '100.1'],
    ['reservePercent', ''],
    ['reserveDays', ''],
    ['reserveDays', '3651'],
  ])('with %s of “%s” are refused there', (field, value) => {
    expect(readTerms({ ...typedOf(TERMS), [field]: value }, USUAL_TERMS)).toEqual({ wrong: [field] });
  });
});
