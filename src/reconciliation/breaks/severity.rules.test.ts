import fc from 'fast-check';
import { addDays, businessDateOf } from '../../kernel/business-date.ts';
import { BREAK_CLASSES } from '../matching/matching.types.ts';
import { addClearingDays, dueDates, SEVERITIES, severityOf } from './severity.rules.ts';

const CUT_OFF = { timeZone: 'Asia/Shanghai', cutOff: '00:00' };

describe('severity', () => {
  it('never falls as the amount grows', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...BREAK_CLASSES),
        fc.nat(2e8),
        fc.nat(2e8),
        (found, amountMinor, moreMinor) => {
          const level = (minor: number) =>
            SEVERITIES.indexOf(severityOf({ class: found, amountMinor: minor }));
          expect(level(amountMinor + moreMinor)).toBeGreaterThanOrEqual(level(amountMinor));
        },
      ),
    );
  });

  it('weighs a duplicate more than a cut-off, and a large amount more than a small one', () => {
    expect(severityOf({ class: 'dateCut', amountMinor: 999_999 })).toBe('low');
    expect(severityOf({ class: 'dateCut', amountMinor: 1_000_000 })).toBe('medium');
    expect(severityOf({ class: 'dateCut', amountMinor: 10_000_000 })).toBe('high');
    expect(severityOf({ class: 'duplicate', amountMinor: 1 })).toBe('high');
    expect(severityOf({ class: 'duplicate', amountMinor: 10_000_000 })).toBe('critical');
  });
});

describe('due times', () => {
  const source = { cutOff: CUT_OFF, closedOn: ['2026-11-21', '2026-11-22'] };

  it('count clearing days only, to the end of the date', () => {
    const dueAtMs = dueDates('2026-11-20', source);
    const due = (found: 'ledgerOnly' | 'status' | 'fee', amountMinor = 100) =>
      new Date(dueAtMs({ class: found, amountMinor })).toISOString();
    expect(due('status')).toBe('2026-11-23T16:00:00.000Z');
    expect(due('ledgerOnly')).toBe('2026-11-24T16:00:00.000Z');
    expect(due('fee')).toBe('2026-11-27T16:00:00.000Z');
    expect(due('ledgerOnly', 100_000_000)).toBe('2026-11-23T16:00:00.000Z');
  });

  it('are the end of a date, in any zone', () => {
    const date = fc.date({ min: new Date('2020-01-02'), max: new Date('2035-12-30'), noInvalidDate: true });
    fc.assert(
      fc.property(
        date,
        fc.constantFrom('Asia/Shanghai', 'America/Los_Angeles', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'),
        fc.constantFrom('00:00', '02:00', '11:30', '12:00', '16:30', '23:00'),
        (at, timeZone, cutOff) => {
          const day = at.toISOString().slice(0, 10);
          const owner = { timeZone, cutOff };
          const endMs = dueDates(day, { cutOff: owner, closedOn: [] })({ class: 'status', amountMinor: 1 });
          expect(businessDateOf(endMs - 60_000, owner)).toBe(addDays(day, 1));
          expect(businessDateOf(endMs, owner)).toBe(addDays(day, 2));
        },
      ),
    );
  });

  it('step over closed dates', () => {
    expect(addClearingDays('2026-11-20', 0, source.closedOn)).toBe('2026-11-20');
    expect(addClearingDays('2026-11-20', 1, source.closedOn)).toBe('2026-11-23');
  });
});
