import fc from 'fast-check';
import { MATCH_RULES } from '../matching/matching.types.ts';
import { ROWS_PER_CHUNK } from '../matching/row-chunks.ts';
import { type Slot, Slots, slotInSheet, visitSheet } from './match-sheet.ts';

const rule = fc.constantFrom(...MATCH_RULES);
const number = fc.nat(2 ** 31 - 1);
const slot: fc.Arbitrary<Slot> = fc.oneof(
  fc.record({ kind: fc.constant('pair' as const), rule, counterpartRowNo: number }),
  fc.record({ kind: fc.constant('group' as const), rule, matchNo: number }),
  fc.constant({ kind: 'break' as const }),
  fc.constant({ kind: 'lateBreak' as const }),
);

function slotsOf(given: readonly Slot[]): Slots {
  const slots = new Slots(given.length);
  given.forEach((one, rowNo) => {
    if (one.kind === 'pair') slots.pair(rowNo, one.rule, one.counterpartRowNo);
    else if (one.kind === 'group') slots.group(rowNo, one.rule, one.matchNo);
    else slots.broken(rowNo, one.kind === 'lateBreak');
  });
  return slots;
}

describe('match sheets', () => {
  it('say of each row what was put down, also from bytes at an odd place', () => {
    fc.assert(
      fc.property(fc.array(slot, { minLength: 1, maxLength: 200 }), fc.nat(3), (given, shift) => {
        const slots = slotsOf(given);
        const [sheet] = [...slots.sheets()];
        const moved = new Uint8Array((sheet?.length ?? 0) + shift).subarray(shift);
        moved.set(sheet ?? []);
        const seen: Slot[] = [];
        visitSheet(moved, (row, one) => {
          expect(row).toBe(seen.length);
          seen.push(one);
        });
        expect(seen).toEqual(given);
        expect(given.map((_, row) => slotInSheet(moved, row))).toEqual(given);
        expect(given.map((_, row) => slots.at(row))).toEqual(given);
      }),
    );
  });

  it('are as many as there are pieces, and none for no rows', () => {
    const slots = new Slots(ROWS_PER_CHUNK * 2 + 1);
    for (let row = 0; row < slots.count; row++) slots.pair(row, 'exactReference', row);
    const counts: number[] = [];
    for (const sheet of slots.sheets()) {
      let count = 0;
      visitSheet(sheet, () => count++);
      counts.push(count);
    }
    expect(counts).toEqual([ROWS_PER_CHUNK, ROWS_PER_CHUNK, 1]);
    expect([...new Slots(0).sheets()]).toEqual([]);
  });

  it('hold one claim a row, and a claim for each', () => {
    const slots = new Slots(2);
    slots.broken(0, false);
    expect(() => slots.pair(0, 'exactReference', 0)).toThrow('already');
    expect(() => [...slots.sheets()]).toThrow('without');
  });

  it('are refused when the bytes are cut or are something else', () => {
    const [sheet = new Uint8Array()] = [...slotsOf([{ kind: 'break' }, { kind: 'lateBreak' }]).sheets()];
    for (let length = 0; length < sheet.length; length++)
      expect(() => visitSheet(sheet.subarray(0, length), () => {})).toThrow(RangeError);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
        expect(() => visitSheet(bytes, () => {})).toThrow(RangeError),
      ),
    );
    const unknown = Uint8Array.from(sheet);
    unknown[unknown.length - 1] = 63;
    expect(() => visitSheet(unknown, () => {})).toThrow(RangeError);
    expect(() => slotInSheet(sheet, 2)).toThrow(RangeError);
  });
});
