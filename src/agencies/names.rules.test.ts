import fc from 'fast-check';
import { MAX_SEARCH_CHARS, searchable, searchablePlaces } from './names.rules.ts';

const finds = (names: { 'zh-CN': string; en: string }, typed: string) =>
  searchablePlaces(names).some((place) => place.startsWith(searchable(typed)));

describe('a search by name', () => {
  const names = { 'zh-CN': '广州市自来水公司（Demo）', en: 'Guangzhou Water-Supply Co. 95598' };

  it.each([
    '广州',
    '自来水',
    '来水公司',
    '司',
    '水公司(demo)',
    'DEMO',
    'water',
    'Supply co',
    'ｇｕａｎｇ',
    '9559',
    'water-s',
  ])('finds %s', (typed) => expect(finds(names, typed)).toBe(true));

  it.each(['水自', 'ater', '5598', '深圳', 'water supply'])('does not find %s', (typed) => {
    expect(finds(names, typed)).toBe(false);
  });

  it('finds every name by every part of its Chinese, and by every beginning of its words', () => {
    const chinese = fc.string({
      unit: fc.constantFrom(...'广州市供电水务燃气公司𬭎'),
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(chinese, fc.nat(), fc.integer({ min: 1, max: MAX_SEARCH_CHARS }), (name, from, length) => {
        const chars = [...name];
        const begin = from % chars.length;
        const typed = chars.slice(begin, begin + length).join('');
        expect(finds({ 'zh-CN': name, en: '' }, typed)).toBe(true);
        for (const place of searchablePlaces({ 'zh-CN': name, en: '' })) {
          expect(name).toContain(place);
          expect([...place].length).toBeLessThanOrEqual(MAX_SEARCH_CHARS);
        }
      }),
    );
  });
});
