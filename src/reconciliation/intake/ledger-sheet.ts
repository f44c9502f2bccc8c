import { agencyMovements, channelMovements, surplusRefundsBetween } from '../../billing/index.ts';
import type { Db } from '../../infra/db/index.ts';
import { businessDateStartMs, dateEndMs } from '../../kernel/business-date.ts';
import type { MatchRow } from '../matching/matching.types.ts';
import type { SheetMovement } from './book-rows.ts';
import type { StatementSource } from './intake.types.ts';

const MINUTE_MS = 60_000;

/** A row of the sheet, and what it is made of. */
export interface SheetRow {
  row: MatchRow;
  movement: SheetMovement;
}

/**
 * What our books say of a source's business date, some hundreds at a time and always in one order: at a channel what it debited and gave back,
 * at an agency's connection what was posted and undone. The date of a movement is the source's own, by the time that the other side
 * named. What is under way is pending; what came to nothing is failed, so that a file that says otherwise contradicts it.
 */
export async function* sheetRows(
  db: Db,
  source: StatementSource,
  businessDate: string,
): AsyncGenerator<SheetRow[]> {
  const { sourceId, role, cutOff, settings } = source;
  const fromMs = businessDateStartMs(businessDate, cutOff);
  const toMs = dateEndMs(businessDate, cutOff);
  const nearMs = settings.nearCutOffMinutes * MINUTE_MS;
  const span = { connectionId: sourceId, fromMs, toMs };
  const pages = role === 'channel' ? ofChannel(db, span) : agencyMovements(db, span);
  let line = 0;
  for await (const movements of pages) {
    yield movements.map((movement) => {
      line += 1;
      const isNearCutOff = movement.atMs < fromMs + nearMs || movement.atMs >= toMs - nearMs;
      return { row: rowOf(movement, { line, businessDate, isNearCutOff }), movement };
    });
  }
}

async function* ofChannel(
  db: Db,
  span: { connectionId: string; fromMs: number; toMs: number },
): AsyncGenerator<SheetMovement[]> {
  yield* channelMovements(db, span);
  const refunds = await surplusRefundsBetween(db, span.connectionId, span.fromMs, span.toMs);
  yield refunds.map(
    ({ refundId, paymentId, amount, refundedAtMs }): SheetMovement => ({
      kind: 'refund',
      paymentId,
      agencyId: null,
      reference: refundId,
      theirReference: null,
      amountMinor: 0 - amount.amountMinor,
      currency: amount.currency,
      agencyMinor: 0,
      status: 'final',
      atMs: refundedAtMs ?? span.fromMs,
    }),
  );
}

function rowOf(
  { reference, theirReference, paymentId, amountMinor, currency, status }: SheetMovement,
  place: { line: number; businessDate: string; isNearCutOff: boolean },
): MatchRow {
  const isBack = amountMinor < 0;
  return {
    line: place.line,
    ref: reference,
    channelRef: theirReference,
    originalRef: isBack ? paymentId : null,
    amountMinor,
    currency,
    bookedOn: place.businessDate,
    status,
    kind: isBack ? 'refund' : 'payment',
    isNearCutOff: place.isNearCutOff,
  };
}
