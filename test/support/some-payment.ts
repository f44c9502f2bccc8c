import type { Payment } from '../../src/billing/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import { PLAIN_CHANNEL } from './plain-agency.ts';

/** Two seconds before midnight in Shanghai: posted on the next day. */
export const DEBITED_AT_MS = Date.parse('2026-03-01T15:59:58Z');

/** What a payment of plain bills does not have. */
export const NOTHING_SPECIAL = {
  agencyCode: null,
  accountKey: null,
  fees: [],
  credit: null,
  planId: null,
  planName: null,
  payer: null,
  fulfilment: null,
  undo: null,
} as const;

/** A posted payment at the plain agency, for tests to change. */
export function somePayment(more: Partial<Payment> = {}): Payment {
  const createdAtMs = DEBITED_AT_MS - 60_000;
  return {
    paymentId: newId('pay', createdAtMs, 3),
    residentId: 'res_one',
    commandKey: null,
    agencyId: 'plain-power',
    manifestVersion: 1,
    connectionId: 'plain-one',
    ...NOTHING_SPECIAL,
    channelId: PLAIN_CHANNEL,
    status: 'posted',
    version: 4,
    amount: { amountMinor: 123_456, currency: 'CNY' },
    debitedMinor: 123_456,
    inputs: { accountNumber: '1234567890' },
    maskedAccount: '****7890',
    holder: { maskedName: '𬭎*', maskedAddress: '天河区****' },
    queryReference: 'q1',
    bills: [
      { billId: 'b1', period: '2026-01', amount: { amountMinor: 23_456, currency: 'CNY' } },
      { billId: 'b2', period: '2026-02', amount: { amountMinor: 100_000, currency: 'CNY' } },
    ],
    confirmUrl: null,
    createdAtMs,
    expiresAtMs: createdAtMs + 900_000,
    debitedAtMs: DEBITED_AT_MS,
    channelReference: 'BANK-1',
    postedAtMs: DEBITED_AT_MS + 4_000,
    agencyReference: 'AGENCY-1',
    refundedAtMs: null,
    refundRound: 0,
    promisedByMs: null,
    reason: null,
    updatedAtMs: DEBITED_AT_MS + 4_000,
    ...more,
  };
}
