import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { RawRowsTooLarge, RawRowsWriter, readRawRows } from './raw-rows.ts';

const rows = fc.array(
  fc.record({
    line: fc.nat(2 ** 31 - 1),
    raw: fc.oneof(fc.constant('same'), fc.string({ unit: 'grapheme' })),
  }),
  { maxLength: 50 },
);

describe('rows as they came', () => {
  it('go into bytes and back, also where several have one text', () => {
    const writer = new RawRowsWriter();
    fc.assert(
      fc.property(rows, (given) => {
        for (const { line, raw } of given) writer.add(line, raw);
        expect(readRawRows(writer.take())).toEqual(given);
      }),
    );
  });

  it('are deflated where they are long, and refused where they are too long for a database’s packet', () => {
    const writer = new RawRowsWriter();
    const long = '<Ntry>'.repeat(100_000);
    for (let line = 0; line < 20; line++) writer.add(line, `${line}${long}`);
    const bytes = writer.take();
    expect(bytes.length).toBeLessThan(long.length);
    expect(readRawRows(bytes)[19]).toEqual({ line: 19, raw: `19${long}` });
    writer.add(1, randomBytes(9 * 1024 ** 2).toString('base64'));
    expect(() => writer.take()).toThrow(RawRowsTooLarge);
  });

  it('are refused when the bytes are cut or changed in their counts', () => {
    const writer = new RawRowsWriter();
    for (const raw of ['a', 'bc', 'bc', 'd']) writer.add(1, raw);
    const bytes = writer.take();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        expect(() => readRawRows(bytes.subarray(0, length))).toThrow(RangeError);
      }),
    );
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = byte;
        try {
          readRawRows(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
