import fc from 'fast-check';
import {
  addDays,
  businessDateEndMs,
  businessDateOf,
  businessDateStartMs,
  localTime,
  minuteOfDay,
} from './business-date.ts';

const MINUTE_MS = 60_000;
/** Half-hour and quarter-hour offsets, clocks that go back over midnight, half an hour only, or skip a whole day. */
const ZONES = [
  'UTC',
  'Asia/Shanghai',
  'Asia/Kathmandu',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Pacific/Apia',
];
const zone = fc.constantFrom(...ZONES);
const hhmm = fc
  .nat({ max: 1439 })
  .map(
    (minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`,
  );
const moment = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2037, 0) });
const date = fc.integer({ min: 0, max: 40_000 }).map((days) => addDays('1990-01-01', days));

describe('localTime', () => {
  it('reads the wall clock of a zone', () => {
    const local = localTime(Date.parse('2026-11-21T16:30:59Z'), 'Asia/Shanghai');
    expect(local).toEqual({ date: '2026-11-22', minuteOfDay: 30, isoWeekday: 7 });
    expect(localTime(Date.parse('2026-11-23T00:00:00Z'), 'UTC').isoWeekday).toBe(1);
  });

  it('calls midnight the start of a day, not its 24th hour', () => {
    expect(localTime(Date.parse('2026-11-20T16:00:00Z'), 'Asia/Shanghai')).toMatchObject({
      date: '2026-11-21',
      minuteOfDay: 0,
    });
  });

  it('agrees with UTC where there is no offset', () => {
    fc.assert(
      fc.property(moment, (atMs) => {
        const local = localTime(atMs, 'UTC');
        expect(Date.parse(`${local.date}T00:00:00Z`) + local.minuteOfDay * MINUTE_MS).toBe(
          atMs - (atMs % MINUTE_MS),
        );
      }),
    );
  });

  it('throws for a zone that does not exist', () => {
    expect(() => localTime(0, 'Asia/Atlantis')).toThrow(RangeError);
  });
});

describe('addDays', () => {
  it('goes there and back, over leap days and years', () => {
    fc.assert(
      fc.property(date, fc.integer({ min: -5000, max: 5000 }), (from, days) => {
        expect(addDays(addDays(from, days), -days)).toBe(from);
      }),
    );
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2027-12-31', 1)).toBe('2028-01-01');
  });

  it('throws for what is no date', () => {
    for (const text of ['2026-13-01', '', 'today']) expect(() => addDays(text, 1)).toThrow(RangeError);
  });
});

describe('businessDateOf', () => {
  const at = (iso: string, cutOff: string, timeZone = 'Asia/Shanghai') =>
    businessDateOf(Date.parse(iso), { timeZone, cutOff });

  it('changes exactly at the cut-off', () => {
    expect(at('2026-11-21T23:59:59.999+08:00', '00:00')).toBe('2026-11-21');
    expect(at('2026-11-22T00:00:00+08:00', '00:00')).toBe('2026-11-22');
    expect(at('2026-11-21T22:59:59.999+08:00', '23:00')).toBe('2026-11-21');
    expect(at('2026-11-21T23:00:00+08:00', '23:00')).toBe('2026-11-22');
    expect(at('2026-11-21T01:59:59.999+08:00', '02:00')).toBe('2026-11-20');
    expect(at('2026-11-21T02:00:00+08:00', '02:00')).toBe('2026-11-21');
  });

  it('changes at noon into the next day, a minute before noon into the same', () => {
    expect(at('2026-11-21T12:00:00+08:00', '12:00')).toBe('2026-11-22');
    expect(at('2026-11-21T11:59:00+08:00', '11:59')).toBe('2026-11-21');
    expect(at('2026-11-21T11:58:00+08:00', '11:59')).toBe('2026-11-20');
  });

  it('is the calendar day when the cut-off is midnight', () => {
    // Zones without a change of clocks: over one, a day that has begun does not end again.
    fc.assert(
      fc.property(moment, fc.constantFrom('UTC', 'Asia/Shanghai', 'Asia/Kathmandu'), (atMs, timeZone) => {
        expect(businessDateOf(atMs, { timeZone, cutOff: '00:00' })).toBe(localTime(atMs, timeZone).date);
      }),
    );
  });

  it('is never more than a day from the wall clock', () => {
    fc.assert(
      fc.property(moment, zone, hhmm, (atMs, timeZone, cutOff) => {
        const { date: today } = localTime(atMs, timeZone);
        const near = minuteOfDay(cutOff) < 720 ? [addDays(today, -1), today] : [today, addDays(today, 1)];
        // Where clocks go back over midnight, the date that has begun is ahead of the wall clock's.
        const ahead = addDays(near[1] ?? today, 1);
        expect([...near, ahead]).toContain(businessDateOf(atMs, { timeZone, cutOff }));
        if (timeZone === 'Asia/Shanghai') expect(near).toContain(businessDateOf(atMs, { timeZone, cutOff }));
      }),
    );
  });

  it('never goes back as time goes on, in any zone, whatever its clocks do', () => {
    fc.assert(
      fc.property(moment, fc.nat({ max: 2 * 86_400_000 }), zone, hhmm, (atMs, laterMs, timeZone, cutOff) => {
        const rule = { timeZone, cutOff };
        expect(businessDateOf(atMs + laterMs, rule) >= businessDateOf(atMs, rule)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  /** The first minutes of each change of clocks, found rather than listed, so that the zones above prove something. */
  it.each(ZONES)('never goes back on the days that clocks change in %s', (timeZone) => {
    for (const changeMs of clockChanges(timeZone)) {
      for (const cutOff of [
        '00:00',
        '00:30',
        '01:00',
        '01:30',
        '02:00',
        '02:30',
        '03:00',
        '12:00',
        '23:00',
        '23:30',
      ]) {
        let last = '';
        for (
          let atMs = changeMs - 150 * MINUTE_MS;
          atMs <= changeMs + 150 * MINUTE_MS;
          atMs += 10 * MINUTE_MS
        ) {
          const now = businessDateOf(atMs, { timeZone, cutOff });
          expect(`${cutOff} ${new Date(atMs).toISOString()} ${now >= last}`).toContain('true');
          last = now;
        }
      }
    }
  });

  it('keeps a date that began before clocks went back', () => {
    // Berlin, 2026-10-25: 03:00 summer time becomes 02:00 winter time; 02:30 comes at 00:30Z and again at 01:30Z.
    const berlin = (iso: string) => at(iso, '02:30', 'Europe/Berlin');
    expect(berlin('2026-10-25T00:29:59Z')).toBe('2026-10-24');
    expect(berlin('2026-10-25T00:30:00Z')).toBe('2026-10-25');
    expect(berlin('2026-10-25T01:10:00Z')).toBe('2026-10-25');
    expect(berlin('2026-10-25T01:40:00Z')).toBe('2026-10-25');
  });

  it('begins a date whose cut-off was skipped when clocks go forward', () => {
    // Berlin, 2026-03-29: 02:00 becomes 03:00 at 01:00Z.
    const berlin = (iso: string) => at(iso, '02:30', 'Europe/Berlin');
    expect(berlin('2026-03-29T00:59:59Z')).toBe('2026-03-28');
    expect(berlin('2026-03-29T01:00:00Z')).toBe('2026-03-29');
  });
});

/** Moments from 2009 to 2013 at which a zone's offset changes, to the minute. */
function clockChanges(timeZone: string): number[] {
  const offsetMs = (atMs: number) => {
    const local = localTime(atMs, timeZone);
    return Date.parse(`${local.date}T00:00:00Z`) + local.minuteOfDay * MINUTE_MS - atMs;
  };
  const changes: number[] = [];
  const stepMs = 12 * 3_600_000;
  for (let atMs = Date.UTC(2009, 0); atMs < Date.UTC(2013, 0); atMs += stepMs) {
    if (offsetMs(atMs) === offsetMs(atMs + stepMs)) continue;
    let [before, after] = [atMs, atMs + stepMs];
    while (after - before > MINUTE_MS) {
      const middle = before + Math.floor((after - before) / 2 / MINUTE_MS) * MINUTE_MS;
      if (offsetMs(middle) === offsetMs(before)) before = middle;
      else after = middle;
    }
    changes.push(after);
  }
  return changes;
}

describe('businessDateEndMs', () => {
  it('is the first moment of the next business date', () => {
    const cutOff = { timeZone: 'Asia/Shanghai', cutOff: '23:00' };
    expect(businessDateEndMs(Date.parse('2026-11-21T10:00:00+08:00'), cutOff)).toBe(
      Date.parse('2026-11-21T23:00:00+08:00'),
    );
    fc.assert(
      fc.property(
        moment,
        fc.constantFrom('UTC', 'Asia/Shanghai', 'Asia/Kathmandu'),
        hhmm,
        (atMs, timeZone, at) => {
          const owner = { timeZone, cutOff: at };
          const endMs = businessDateEndMs(atMs, owner);
          expect(endMs).toBeGreaterThan(atMs);
          expect(businessDateOf(endMs - 1, owner)).toBe(businessDateOf(atMs, owner));
          expect(businessDateOf(endMs, owner)).toBe(addDays(businessDateOf(atMs, owner), 1));
        },
      ),
    );
  });
});

describe('businessDateStartMs', () => {
  it('is the first moment of a date in any zone', () => {
    fc.assert(
      fc.property(date, zone, hhmm, (on, timeZone, cutOff) => {
        // A whole day was left out there once; it has no moment.
        fc.pre(timeZone !== 'Pacific/Apia');
        const owner = { timeZone, cutOff };
        const startMs = businessDateStartMs(on, owner);
        expect(businessDateOf(startMs, owner)).toBe(on);
        expect(businessDateOf(startMs - 1, owner)).toBe(addDays(on, -1));
      }),
    );
  });
});
