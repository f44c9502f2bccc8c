import { startOfChinaDate } from '../../src/kernel/china-time.ts';
import type { BreakClass } from '../../src/reconciliation/index.ts';
import {
  type AGENCY_FORMATS,
  type CHANNEL_FORMATS,
  fileOf,
  type PlantedFile,
  sumInCny,
  type TheirRow,
} from './planted-files.ts';
import {
  Dice,
  type Ending,
  type OurRow,
  ourRowsOf,
  type PaymentRoute,
  type PlayedPayment,
  playPayment,
} from './planted-payments.ts';
import { type BatchRole, type Story, storiesFor } from './planted-stories.ts';

/** A break that is in a day, since somebody put it there. Rows go by their references. */
export interface PlantedBreak {
  class: BreakClass;
  ours: readonly string[];
  theirs: readonly string[];
}

export interface PlantedBatch {
  file: PlantedFile;
  /** The next day's file, with what was booked a day late. */
  nextFile: PlantedFile | null;
  breaks: readonly PlantedBreak[];
}

/** One business date as everybody has it: our books, the channel's file, the agency's file, and what is wrong between them. */
export interface PlantedDay extends Record<BatchRole, PlantedBatch> {
  seed: number;
  businessDate: string;
  payments: readonly PlayedPayment[];
}

export interface DayOptions {
  seed: number;
  businessDate: string;
  /** Payments of the day in all. */
  payments: number;
  /** Of them, how many have something planted. */
  plantedShare: number;
  route: PaymentRoute;
  channelFormat: (typeof CHANNEL_FORMATS)[number];
  agencyFormat: (typeof AGENCY_FORMATS)[number];
}

/** Endings of payments in which nothing is wrong. */
const QUIET: readonly [Ending, ...Ending[]] = [
  ...Array.from({ length: 30 }, () => 'posted' as const),
  'waiting',
  'expired',
  'refunded',
  'reversed',
] as unknown as [Ending, ...Ending[]];

const HOUR_MS = 3_600_000;
const OPENING_MINOR = 1_000_000;

/**
 * Makes a day from a seed: payments by billing's own rules, and files with every class of break that their formats can say, in turn.
 * The days of channel and agency both end at midnight in China. Amounts are multiples of 1 yuan.
 */
export function plantDay(options: DayOptions): PlantedDay {
  const dice = new Dice(options.seed);
  const stories = [
    ...storiesFor('channel', options.channelFormat),
    ...storiesFor('agency', options.agencyFormat),
  ];
  const plantedCount = Math.max(stories.length, Math.round(options.payments * options.plantedShare));
  const payments: PlayedPayment[] = [];
  const sides = { channel: new SideOfDay(), agency: new SideOfDay() };
  for (let index = 0; index < options.payments; index++) {
    // Stories stand evenly among the others.
    const at = Math.floor((index * plantedCount) / options.payments);
    const isPlanted = Math.floor(((index + 1) * plantedCount) / options.payments) > at;
    const story = isPlanted ? stories[at % stories.length] : undefined;
    const played = play(options, story, dice);
    if (story?.isOurs !== false) payments.push(played);
    tell(played, story, sides, dice);
  }
  const batch = (role: BatchRole): PlantedBatch => {
    const format = role === 'channel' ? options.channelFormat : options.agencyFormat;
    return sides[role].batch(format, options.businessDate);
  };
  return {
    seed: options.seed,
    businessDate: options.businessDate,
    payments,
    channel: batch('channel'),
    agency: batch('agency'),
  };
}

function play({ businessDate, route }: DayOptions, story: Story | undefined, dice: Dice): PlayedPayment {
  const midnightMs = startOfChinaDate(businessDate);
  const debitedAtMs = story?.isNearCutOff
    ? midnightMs + 24 * HOUR_MS - dice.int(20_000, 55_000)
    : midnightMs + dice.int(HOUR_MS, 23 * HOUR_MS);
  return playPayment(
    route,
    {
      ending: story?.ending ?? dice.pick(QUIET),
      // A quarter and a fiftieth of it are whole fen.
      amountMinor: dice.int(10, 3_000) * 100,
      debitedAtMs,
      postedAtMs: debitedAtMs + dice.int(1_000, 9_000),
    },
    dice,
  );
}

/** Puts the payment into the files of both sides, and what is planted in it into one of them. */
function tell(
  played: PlayedPayment,
  story: Story | undefined,
  sides: Record<BatchRole, SideOfDay>,
  dice: Dice,
): void {
  const ours = ourRowsOf(played);
  for (const role of ['channel', 'agency'] as const) {
    const isHere = story?.role === role;
    // What only the other side made up, this side has never heard of.
    if (story?.isOurs === false && !isHere) continue;
    const honest = ours[role]
      .filter((row) => row.status === 'final' || (isHere && story.class === 'status'))
      .map((row) => honestRow(row, played));
    const side = sides[role];
    if (!isHere) {
      side.rows.push(...honest);
      continue;
    }
    const theirs = story.theirs(honest, dice);
    side.rows.push(...theirs);
    side.nextRows.push(...(story.next?.(honest) ?? []));
    const broken = story.broken(story.isOurs === false ? [] : ours[role], theirs);
    side.breaks.push({ class: story.class, ours: refsOf(broken.ours), theirs: refsOf(broken.theirs) });
  }
}

const refsOf = (rows: readonly { ref: string }[]) => rows.map(({ ref }) => ref).sort();

function honestRow(row: OurRow, { last }: PlayedPayment): TheirRow {
  return {
    kind: row.kind,
    ref: row.ref,
    theirRef: row.theirRef ?? `T${row.ref.slice(-14)}${row.kind === 'refund' ? 'R' : ''}`,
    originalRef: row.originalRef ?? '',
    amountMinor: row.amountMinor,
    currency: last.amount.currency,
    atMs: row.atMs,
  };
}

class SideOfDay {
  readonly rows: TheirRow[] = [];
  readonly nextRows: TheirRow[] = [];
  readonly breaks: PlantedBreak[] = [];

  batch(format: PlantedFile['format'], date: string): PlantedBatch {
    const nextDate = new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
    const closingMinor = OPENING_MINOR + sumInCny(this.rows);
    return {
      file: fileOf(format, this.rows, date, OPENING_MINOR),
      nextFile: this.nextRows.length > 0 ? fileOf(format, this.nextRows, nextDate, closingMinor) : null,
      breaks: this.breaks,
    };
  }
}
