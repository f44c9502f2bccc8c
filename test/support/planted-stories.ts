import type { BreakClass } from '../../src/reconciliation/index.ts';
import type { PlantedFormat, TheirRow } from './planted-files.ts';
import { SAYS_CURRENCY, SAYS_DATE } from './planted-files.ts';
import type { Dice, Ending, OurRow } from './planted-payments.ts';

export type BatchRole = 'channel' | 'agency';

/** What the rows of one payment at one side are made into, and what reconciliation has to say of it. */
export interface Story {
  class: BreakClass;
  role: BatchRole;
  ending: Ending;
  /** False: our books know nothing of it, only the file does. */
  isOurs?: boolean;
  /** So close to the cut-off that the other side booked it on the next day. */
  isNearCutOff?: boolean;
  /** What the file has, made from what it would honestly have. */
  theirs(honest: readonly TheirRow[], dice: Dice): TheirRow[];
  /** What is on the next day's file instead. */
  next?(honest: readonly TheirRow[]): TheirRow[];
  /** Which of the rows are the break's. */
  broken(ours: readonly OurRow[], theirs: readonly TheirRow[]): { ours: OurRow[]; theirs: TheirRow[] };
  /** Needs a format whose rows say it. */
  needs?: 'currency' | 'date';
}

const ofKind = <T extends { kind: string }>(kind: 'payment' | 'refund', rows: readonly T[]): T[] =>
  rows.filter((row) => row.kind === kind);
const payments = <T extends { kind: string }>(rows: readonly T[]) => ofKind('payment', rows);
const refunds = <T extends { kind: string }>(rows: readonly T[]) => ofKind('refund', rows);
const bothPayments: Story['broken'] = (ours, theirs) => ({ ours: payments(ours), theirs: payments(theirs) });

const changed =
  (change: (row: TheirRow, dice: Dice) => TheirRow): Story['theirs'] =>
  (honest, dice) =>
    honest.map((row) => (row.kind === 'payment' ? change(row, dice) : row));

const ofAmount = (of: (minor: number) => number) =>
  changed((row) => ({ ...row, amountMinor: of(row.amountMinor) }));

/** What happens at a channel and at an agency alike. */
function commonStories(role: BatchRole): Story[] {
  const posted = { role, ending: 'posted' } as const;
  return [
    {
      ...posted,
      class: role === 'channel' ? 'bankOnly' : 'agencyOnly',
      isOurs: false,
      theirs: (honest) => [...honest],
      broken: (_, theirs) => ({ ours: [], theirs: payments(theirs) }),
    },
    {
      ...posted,
      class: role === 'channel' ? 'ledgerOnly' : 'agencyMissing',
      theirs: () => [],
      broken: (ours) => ({ ours: payments(ours), theirs: [] }),
    },
    {
      ...posted,
      class: 'amountOver',
      theirs: ofAmount((minor) => minor + 1 + minor / 4),
      broken: bothPayments,
    },
    { ...posted, class: 'amountUnder', theirs: ofAmount((minor) => minor - minor / 4), broken: bothPayments },
    {
      // The other side did it twice, under two numbers of its own: one of them is ours.
      ...posted,
      class: 'duplicate',
      theirs: (honest) =>
        honest.flatMap((row) => [row, { ...row, theirRef: `${row.theirRef}X`, atMs: row.atMs + 9 }]),
      broken: (_, theirs) => ({ ours: [], theirs: theirs.filter(({ theirRef }) => theirRef.endsWith('X')) }),
    },
    {
      // The same line twice: which one is too many can't be known.
      ...posted,
      class: 'duplicate',
      theirs: (honest) => honest.flatMap((row) => [row, row]),
      broken: bothPayments,
    },
    {
      // Given back by the other side, and we know nothing of it.
      ...posted,
      class: 'refund',
      theirs: (honest) => honest.flatMap((row) => [row, givenBack(row)]),
      broken: (_, theirs) => ({ ours: [], theirs: refunds(theirs) }),
    },
    {
      // Given back by us, and the other side has not done it.
      role,
      ending: 'reversed',
      class: 'refund',
      theirs: payments,
      broken: (ours) => ({ ours: refunds(ours), theirs: [] }),
    },
    {
      ...posted,
      class: 'dateCut',
      isNearCutOff: true,
      theirs: () => [],
      next: (honest) => honest.map((row) => ({ ...row, atMs: row.atMs + 60_000 })),
      broken: (ours) => ({ ours: payments(ours), theirs: [] }),
    },
    {
      ...posted,
      class: 'dateCut',
      needs: 'date',
      isOurs: false,
      theirs: (honest) => honest.map((row) => ({ ...row, atMs: row.atMs + 86_400_000 })),
      broken: (_, theirs) => ({ ours: [], theirs: payments(theirs) }),
    },
    {
      ...posted,
      class: 'splitIncomplete',
      theirs: (honest) =>
        honest.flatMap((row) =>
          [2, 4].map((part) => ({
            ...row,
            amountMinor: row.amountMinor / part,
            theirRef: `${row.theirRef}${part}`,
          })),
        ),
      broken: bothPayments,
    },
    {
      ...posted,
      class: 'currency',
      needs: 'currency',
      theirs: changed((row) => ({ ...row, currency: 'USD' })),
      broken: bothPayments,
    },
  ];
}

const CHANNEL_STORIES: readonly Story[] = [
  ...commonStories('channel'),
  {
    class: 'status',
    role: 'channel',
    ending: 'waiting',
    theirs: (honest) => [...honest],
    broken: bothPayments,
  },
  {
    class: 'status',
    role: 'channel',
    ending: 'expired',
    theirs: (honest) => [...honest],
    broken: bothPayments,
  },
  {
    // 2% were kept back where 0.6% are agreed.
    class: 'fee',
    role: 'channel',
    ending: 'posted',
    theirs: ofAmount((minor) => minor - minor / 50),
    broken: bothPayments,
  },
];

const AGENCY_STORIES: readonly Story[] = [
  ...commonStories('agency'),
  ...(['postingPending', 'postingUnknown'] as const).map(
    (ending): Story => ({
      class: 'status',
      role: 'agency',
      ending,
      theirs: (honest) => [...honest],
      broken: bothPayments,
    }),
  ),
];

/** The stories that can be told of a side in a format. */
export function storiesFor(role: BatchRole, format: PlantedFormat): readonly Story[] {
  const said = { currency: SAYS_CURRENCY, date: SAYS_DATE };
  const stories = role === 'channel' ? CHANNEL_STORIES : AGENCY_STORIES;
  return stories.filter(({ needs }) => needs === undefined || said[needs].includes(format));
}

function givenBack(row: TheirRow): TheirRow {
  return {
    ...row,
    kind: 'refund',
    ref: row.ref.replace(/^pay/, 'rf0'),
    originalRef: row.ref,
    theirRef: `${row.theirRef}B`,
    amountMinor: 0 - row.amountMinor,
    atMs: row.atMs + 60_000,
  };
}
