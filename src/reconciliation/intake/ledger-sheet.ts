import {
  agencyMovements,
  channelMovements,
  type Movement,
  surplusRefundsBetween,
} from '../../billing/index.ts';
import type { Db } from '../../infra/db/index.ts';
import { businessDateStartMs, dateEndMs } from '../../kernel/business-date.ts';
import type { MatchRow } from '../matching/matching.types.ts';
import type { StatementSource } from './intake.types.ts';

const MINUTE_MS = 60_000;

/** A movement, or a surplus that was given back: of that the payment beside it tells the agency. */
type SheetMovement = Omit<Movement, 'agencyId'> & { agencyId: string | null };

/** A row of the sheet, with what it says of itself as JSON. */
export interface SheetRow {
  row: MatchRow;
  raw: string;
}

/**
 * What our books say of a source's business date, page by page and always in one order: at a channel what it debited and gave back,
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
      return { row: rowOf(movement, { line, businessDate, isNearCutOff }), raw: rawOf(movement) };
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

/**
 * JSON, put together by hand since a day has millions of them: only the other side's number may hold what JSON escapes. Holds no
 * personal data. `agencyMinor` is what the agency's account was credited, `feeMinor` what was kept back of the amount.
 */
function rawOf(movement: SheetMovement): string {
  const { kind, paymentId, agencyId, reference, theirReference, amountMinor, currency } = movement;
  const { agencyMinor, status, atMs } = movement;
  const isIn = kind === 'debit' || kind === 'posting';
  const ofAgency =
    kind === 'posting' || kind === 'undoing'
      ? `,"agencyMinor":${agencyMinor},"feeMinor":${Math.max(0, Math.abs(amountMinor) - Math.abs(agencyMinor))}`
      : '';
  return `{"paymentId":"${paymentId}","agencyId":${agencyId === null ? 'null' : `"${agencyId}"`},"kind":"${isIn ? 'payment' : 'refund'}","reference":"${reference}","theirReference":${JSON.stringify(theirReference)},"amountMinor":${amountMinor},"currency":"${currency}","status":"${status}","atMs":${atMs}${ofAgency}}`;
}
