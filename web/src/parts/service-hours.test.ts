import { servedDays } from './service-hours.ts';

const span = (weekdays: number[], from: string, to: string) => ({ weekdays, from, to });

describe('service hours', () => {
  it('are told in runs of days that are alike', () => {
    const workdays = [1, 2, 3, 4, 5];
    expect(
      servedDays([
        span(workdays, '14:00', '17:30'),
        span(workdays, '08:30', '12:00'),
        span([6], '09:00', '12:00'),
      ]),
    ).toEqual([
      { first: 1, last: 5, hours: '08:30–12:00 14:00–17:30' },
      { first: 6, last: 6, hours: '09:00–12:00' },
    ]);
  });

  it('leave out a day that is closed, and need no telling when there is none', () => {
    const everyDay = [1, 2, 3, 4, 5, 6, 7];
    expect(servedDays([span([1, 3], '08:00', '09:00')])).toEqual([
      { first: 1, last: 1, hours: '08:00–09:00' },
      { first: 3, last: 3, hours: '08:00–09:00' },
    ]);
    expect(servedDays([span(everyDay, '00:00', '24:00')])).toEqual([]);
    expect(servedDays([span(everyDay, '00:10', '23:50')])).toEqual([
      { first: 1, last: 7, hours: '00:10–23:50' },
    ]);
  });
});
