import fc from 'fast-check';
import type { ServiceHours } from '../contract/index.ts';
import { isOpen, opensAtMs } from './index.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const hhmm = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

const span = fc
  .record({
    weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
    minutes: fc.uniqueArray(fc.integer({ min: 0, max: 1440 }), { minLength: 2, maxLength: 2 }),
  })
  .map(({ weekdays, minutes }) => {
    const [from = 0, to = 0] = minutes.toSorted((a, b) => a - b);
    return { weekdays, from: hhmm(from), to: hhmm(to) };
  });

/** Maintenance of up to two days, starting within three days of a moment. */
const maintenanceAround = (aroundMs: number) =>
  fc
    .record({
      startMinutes: fc.integer({ min: -2000, max: 4000 }),
      lengthMinutes: fc.integer({ min: 1, max: 2880 }),
    })
    .map(({ startMinutes, lengthMinutes }) => ({
      from: new Date(aroundMs + startMinutes * MINUTE_MS).toISOString(),
      to: new Date(aroundMs + (startMinutes + lengthMinutes) * MINUTE_MS).toISOString(),
      note: { 'zh-CN': '系统维护', en: 'Maintenance' },
    }));

const shanghai = (
  open: ServiceHours['open'],
  maintenance: ServiceHours['maintenance'] = [],
): ServiceHours => ({
  timeZone: 'Asia/Shanghai',
  open,
  maintenance,
});

describe('isOpen', () => {
  it('agrees with counting minutes of the week where the offset never changes', () => {
    fc.assert(
      fc.property(
        fc.array(span, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 10_079 }),
        (open, minute) => {
          // Monday 2025-06-02, 00:00 in Shanghai.
          const atMs = Date.parse('2025-06-01T16:00:00Z') + minute * MINUTE_MS;
          const openMinutes = new Set<number>();
          for (const { weekdays, from, to } of open) {
            const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
            const length = minutes(to) - minutes(from);
            for (const weekday of weekdays) {
              for (let i = 0; i < length; i++) {
                openMinutes.add((weekday - 1) * 1440 + minutes(from) + i);
              }
            }
          }
          expect(isOpen(shanghai(open), atMs)).toBe(openMinutes.has(minute));
        },
      ),
    );
  });

  it('takes 24:00 as the end of the day, and the weekday from the agency’s own clock', () => {
    const mondays = shanghai([{ weekdays: [1], from: '00:00', to: '24:00' }]);
    expect(isOpen(mondays, Date.parse('2025-06-02T00:00:00+08:00'))).toBe(true);
    expect(isOpen(mondays, Date.parse('2025-06-02T23:59:59.999+08:00'))).toBe(true);
    expect(isOpen(mondays, Date.parse('2025-06-03T00:00:00+08:00'))).toBe(false);
    expect(isOpen(mondays, Date.parse('2025-06-01T23:59:59.999+08:00'))).toBe(false);
  });

  it('is closed from the first to before the last moment of maintenance', () => {
    const hours = shanghai(
      [{ weekdays: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }],
      [
        {
          from: '2025-06-02T00:30:00+08:00',
          to: '2025-06-02T02:00:00+08:00',
          note: { 'zh-CN': '系统维护', en: 'Maintenance' },
        },
      ],
    );
    const at = (time: string) => isOpen(hours, Date.parse(`2025-06-02T${time}+08:00`));
    expect([at('00:29:59.999'), at('00:30:00'), at('01:59:59.999'), at('02:00:00')]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(opensAtMs(hours, Date.parse('2025-06-02T01:00:00+08:00'))).toBe(
      Date.parse('2025-06-02T02:00:00+08:00'),
    );
  });
});

describe('opensAtMs', () => {
  /** Moments on both sides of clock changes, and ordinary ones. */
  const zoneAndTime = fc.oneof(
    fc.tuple(fc.constant('Asia/Shanghai'), fc.constant('2025-06-02T00:00:00Z')),
    fc.tuple(
      fc.constant('America/New_York'),
      fc.constantFrom('2025-03-09T07:00:00Z', '2025-11-02T06:00:00Z'),
    ),
    fc.tuple(fc.constant('Europe/London'), fc.constantFrom('2025-03-30T01:00:00Z', '2025-10-26T01:00:00Z')),
    // Half an hour of daylight saving.
    fc.tuple(
      fc.constant('Australia/Lord_Howe'),
      fc.constantFrom('2025-04-05T15:00:00Z', '2025-10-04T15:30:00Z'),
    ),
  );

  it('is the first open minute, found by looking at every minute, also where clocks change', () => {
    const scene = zoneAndTime.chain(([timeZone, around]) => {
      const aroundMs = Date.parse(around);
      return fc.record({
        atMs: fc.integer({ min: -1500, max: 300 }).map((minutes) => aroundMs + minutes * MINUTE_MS),
        hours: fc.record({
          timeZone: fc.constant(timeZone),
          open: fc.array(span, { minLength: 1, maxLength: 3 }),
          maintenance: fc.array(maintenanceAround(aroundMs), { maxLength: 3 }),
        }),
      });
    });
    fc.assert(
      fc.property(scene, ({ atMs, hours }) => {
        let expectedMs = atMs;
        while (!isOpen(hours, expectedMs)) expectedMs += MINUTE_MS;
        expect(opensAtMs(hours, atMs)).toBe(expectedMs);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('keeps the very moment when it is open already', () => {
    const hours = shanghai([{ weekdays: [1, 2, 3, 4, 5], from: '08:00', to: '20:00' }]);
    const atMs = Date.parse('2025-06-02T08:00:00.123+08:00');
    expect(opensAtMs(hours, atMs)).toBe(atMs);
    expect(opensAtMs(hours, Date.parse('2025-06-06T20:00:00+08:00'))).toBe(
      Date.parse('2025-06-09T08:00:00+08:00'),
    );
  });

  it('looks past any length of maintenance', () => {
    const nowMs = Date.parse('2025-06-02T04:00:00Z');
    const note = { 'zh-CN': '系统维护', en: 'Maintenance' };
    const maintenance = Array.from({ length: 40 }, (_, day) => ({
      from: new Date(nowMs + (day - 1) * DAY_MS).toISOString(),
      to: new Date(nowMs + (day + 1) * DAY_MS).toISOString(),
      note,
    }));
    const hours = shanghai([{ weekdays: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }], maintenance);
    expect(opensAtMs(hours, nowMs)).toBe(nowMs + 40 * DAY_MS);
  });
});
