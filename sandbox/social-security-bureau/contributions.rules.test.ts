import { contributionOf, GRADES } from './contributions.rules.ts';

describe('a contribution', () => {
  it('is 20% and 8% of the base of its grade, in whole fen', () => {
    expect(GRADES.map(contributionOf)).toEqual([
      { baseFen: 550_000, pensionFen: 110_000, medicalFen: 44_000, totalFen: 154_000 },
      { baseFen: 733_400, pensionFen: 146_680, medicalFen: 58_672, totalFen: 205_352 },
      { baseFen: 916_700, pensionFen: 183_340, medicalFen: 73_336, totalFen: 256_676 },
      { baseFen: 1_375_100, pensionFen: 275_020, medicalFen: 110_008, totalFen: 385_028 },
      { baseFen: 1_833_400, pensionFen: 366_680, medicalFen: 146_672, totalFen: 513_352 },
      { baseFen: 2_750_100, pensionFen: 550_020, medicalFen: 220_008, totalFen: 770_028 },
    ]);
  });

  it('is none for a grade that there is not', () => {
    for (const grade of [0, 61, 400, Number.NaN]) expect(contributionOf(grade)).toBeNull();
  });
});
