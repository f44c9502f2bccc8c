import { hash } from 'node:crypto';
import type { StatementSide } from '../intake/intake.types.ts';
import type { MatchRow } from '../matching/matching.types.ts';

/** A row of a break, as far as it says which break it is. */
export interface PrintedRow {
  side: StatementSide;
  row: Required<Omit<MatchRow, 'line' | 'feeMinor' | 'isNearCutOff' | 'batch'>>;
}

/**
 * Gives breaks their fingerprints: SHA-256, hex, over what their rows say, whichever file or revision they stand in and whatever the
 * break is called. Where several breaks say the same (rows without any number), they are counted: as many as there were are found again.
 */
export class Fingerprints {
  private readonly sourceId: string;
  /** How many have said the same, by the first one's fingerprint. */
  private readonly counts = new Map<string, number>();

  constructor(sourceId: string) {
    this.sourceId = sourceId;
  }

  of(rows: readonly PrintedRow[]): string {
    return this.numbered(rows.map(contentOf).sort());
  }

  /** Of all rows of a side together, whatever they are: their file has not come. */
  ofLate(side: StatementSide): string {
    return this.numbered(['late', side]);
  }

  private numbered(content: readonly string[]): string {
    const text = JSON.stringify([this.sourceId, ...content]);
    const first = hash('sha256', `0 ${text}`);
    const count = this.counts.get(first) ?? 0;
    this.counts.set(first, count + 1);
    return count === 0 ? first : hash('sha256', `${count} ${text}`);
  }
}

function contentOf({ side, row }: PrintedRow): string {
  const { ref, channelRef, originalRef, text, amountMinor, currency, bookedOn, status, kind } = row;
  return JSON.stringify([
    side,
    ref,
    channelRef,
    originalRef,
    text,
    amountMinor,
    currency,
    bookedOn,
    status,
    kind,
  ]);
}
