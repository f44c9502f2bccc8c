import { fileOf, type TheirRow } from './planted-files.ts';
import {
  Dice,
  type Ending,
  type OurRow,
  ourRowsOf,
  type PlayedPayment,
  type PlayOrder,
  playOn,
  playPayment,
} from './planted-payments.ts';
import { PLANTED_ROUTE } from './reconciling.ts';

export const WORKED_DATE = '2026-10-20';
export const NEXT_DATE = '2026-10-21';

/** The payments of docs/finance.md, by the letters that they go by there; amounts in fen. */
const PAYMENTS: Readonly<Record<string, { amountMinor: number; ending: Ending }>> = {
  A: { amountMinor: 18_640, ending: 'posted' },
  B: { amountMinor: 32_000, ending: 'posted' },
  C: { amountMinor: 9_560, ending: 'waiting' },
  D: { amountMinor: 25_000, ending: 'posted' },
  E: { amountMinor: 41_000, ending: 'posted' },
  F: { amountMinor: 50_000, ending: 'posted' },
  G: { amountMinor: 13_800, ending: 'reversed' },
  H: { amountMinor: 8_800, ending: 'posted' },
};
const STRANGER_MINOR = 6_000;

/** The day of docs/finance.md: our books, and the files of the bank and the gas company for it and for the day after. */
export function workedDay() {
  const dice = new Dice(2_026);
  const startMs = Date.parse(`${WORKED_DATE}T09:00:00+08:00`);
  const payments: Record<string, PlayedPayment> = {};
  const orders: Record<string, PlayOrder> = {};
  for (const [at, [letter, order]] of Object.entries(PAYMENTS).entries()) {
    const debitedAtMs = startMs + at * 1_800_000;
    orders[letter] = { ...order, debitedAtMs, postedAtMs: debitedAtMs + 5_000 };
    payments[letter] = playPayment(PLANTED_ROUTE, orders[letter], dice);
  }
  const rows = (role: 'channel' | 'agency', letter: string): TheirRow[] => {
    const played = payments[letter];
    if (!played) throw new Error(`no payment ${letter}`);
    return theirs(ourRowsOf(played)[role]);
  };
  const [d = never(), e = never(), f = never(), h = never(), b = never()] = [
    rows('channel', 'D')[0],
    rows('agency', 'E')[0],
    rows('channel', 'F')[0],
    rows('agency', 'H')[0],
    rows('channel', 'B')[0],
  ];
  const stranger: TheirRow = {
    ...d,
    ref: dice.id('pay', d.atMs),
    theirRef: 'BKSTRANGER0001',
    amountMinor: STRANGER_MINOR,
  };
  const dayLater = (row: TheirRow) => ({ ...row, atMs: row.atMs + 86_400_000 });
  const [c, orderC] = [payments.C ?? never(), orders.C ?? never()];
  const postedAtMs = Date.parse(`${NEXT_DATE}T11:00:05+08:00`);
  const afterAsking = playOn(PLANTED_ROUTE, c, { ...orderC, postedAtMs });
  const postedLater = theirs(ourRowsOf({ ...c, last: afterAsking.last }).agency);
  return {
    payments,
    /** What becomes of C once the bank is asked, on the next day. */
    afterAsking,
    bank: fileOf(
      'sandbox-bank-csv-1',
      [
        ...['A', 'C', 'D', 'E', 'G', 'H'].flatMap((letter) => rows('channel', letter)),
        { ...d, theirRef: `${d.theirRef}X` },
        { ...f, amountMinor: f.amountMinor - 60 },
        stranger,
      ],
      WORKED_DATE,
      0,
    ),
    gas: fileOf(
      'gz-gas-daily-v1',
      [
        ...['A', 'B', 'D', 'F', 'G'].flatMap((letter) => rows('agency', letter)),
        { ...h, amountMinor: h.amountMinor - 800 },
      ],
      WORKED_DATE,
      0,
    ),
    nextBank: fileOf('sandbox-bank-csv-1', [dayLater(b)], NEXT_DATE, 0),
    nextGas: fileOf('gz-gas-daily-v1', [...postedLater, dayLater(e)], NEXT_DATE, 0),
  };
}

/** Rows of ours as the other side has them. */
export function theirs(rows: readonly OurRow[]): TheirRow[] {
  return rows.map((row) => ({
    ...row,
    theirRef: row.theirRef ?? `T${row.ref.slice(-12)}`,
    originalRef: row.originalRef ?? '',
    currency: 'CNY',
  }));
}

function never(): never {
  throw new Error('a payment without rows');
}
