import fc from 'fast-check';
import { fixedBytes, fixedLayout, readFixed, writeFixed } from './fixed-width.ts';

const layout = fixedLayout('code X4', 'name X(10)', 'amount 9(8)');

describe('a record of fixed-width fields', () => {
  it('is written as the specification of the field has it, byte for byte', () => {
    expect(fixedBytes(layout)).toBe(22);
    // 张 is D5 C5 and 㐀, which GB2312 lacks, 81 39 EE 39: GB 18030-2022, double-byte and four-byte parts.
    const record = writeFixed(layout, { code: '1101', name: '张㐀', amount: 123 });
    expect(record.toString('hex')).toBe('31313031d5c58139ee392020202030303030303132' + '33');
    expect(readFixed(layout, record)).toEqual({ code: '1101', name: '张㐀', amount: '00000123' });
  });

  it('is blank and zero where there is no value', () => {
    expect(writeFixed(layout, {}).toString()).toBe('              00000000');
    expect(readFixed(layout, writeFixed(layout, {}))).toEqual({ code: '', name: '', amount: '00000000' });
  });

  it('reads back as it was written, whatever fits', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '9', ' ', '张', '伟', '㐀', '𠮷'), maxLength: 2 }),
        fc.nat(99_999_999),
        (text, amount) => {
          const name = text.trimEnd();
          const record = writeFixed(layout, { code: 'A', name, amount });
          expect(record).toHaveLength(22);
          expect(readFixed(layout, record)).toEqual({
            code: 'A',
            name,
            amount: String(amount).padStart(8, '0'),
          });
        },
      ),
    );
  });

  it('takes no value that does not fit, and says which field it was and not what was in it', () => {
    const wrong: [string, string | number][] = [
      ['code', '12345'],
      ['name', '张张张张张张'],
      ['amount', -1],
      ['amount', 1.5],
    ];
    for (const [name, value] of wrong) {
      expect(() => writeFixed(layout, { [name]: value })).toThrow(
        /^the value of (code|name|amount) does not fit/,
      );
    }
    expect(() => fixedLayout('code 4')).toThrow(RangeError);
  });

  it('is no record when it is too long, too short, or holds what no field may', () => {
    const record = writeFixed(layout, { code: '1101', name: '张伟', amount: 1 });
    expect(readFixed(layout, record.subarray(1))).toBeNull();
    expect(readFixed(layout, Buffer.concat([record, Buffer.from(' ')]))).toBeNull();
    expect(readFixed(layout, Buffer.from(record).fill('x', 14))).toBeNull();
    expect(readFixed(layout, Buffer.from(record).fill(0xff, 4, 14))).toBeNull();
  });
});
