import { readFileSync } from 'node:fs';
import type { BankAnswer } from './client.ts';
import {
  toChannelEvent,
  toDebitAnswer,
  toDebitOutcome,
  toRefundAnswer,
  toRefundOutcome,
  toStatementFetch,
} from './map.ts';

const ORDER = 'pay_01k6h2m0000a00example00001';
const REFUND = 'ref_01k6h2m0000a00example00001';

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url));
const answer = (name: string): BankAnswer => ({
  kind: 'answer',
  contentType: 'application/json; charset=utf-8',
  body: fixture(name),
});
const because = (kind: string, code: string, detail?: string) => ({
  kind,
  reason: { code, source: 'channel', ...(detail && { detail }) },
});
const notUnderstood = (detail?: string) => because('unknown', 'answer_not_understood', detail);

const debited = {
  kind: 'accepted',
  channelReference: 'bo_01k6h2m0zz0000example00001',
  debitedAtMs: Date.parse('2026-10-02T02:16:00Z'),
  amount: { amountMinor: 12_345, currency: 'CNY' },
};

describe('what the bank says of an order', () => {
  it.each([
    [
      'order-waiting',
      { kind: 'awaitingResident', confirmUrl: 'http://127.0.0.1:8082/cashier/q3Rk0f8mB2nV1sXw9yZc4A' },
    ],
    ['order-processing', { kind: 'pending', expectedByMs: Date.parse('2026-10-02T02:16:03Z') }],
    ['order-debited', debited],
    ['order-expired', because('rejected', 'confirmation_expired', 'EXPIRED')],
    ['order-closed-for-a-new-reason', because('rejected', 'refused_by_channel', 'CARD_LOST')],
    ['order-of-a-new-status', notUnderstood()],
    ['order-of-another-reference', notUnderstood()],
    ['order-debited-without-a-time', notUnderstood()],
    ['system-busy', notUnderstood('SYSTEM_BUSY')],
  ])('%s means the same to who instructs and to who asks', (name, outcome) => {
    expect(toDebitOutcome(answer(name), ORDER)).toEqual(outcome);
    expect(toDebitAnswer(answer(name), ORDER)).toEqual(outcome);
  });

  it.each([
    ['order-conflict', { kind: 'duplicate' }, notUnderstood('ORDER_CONFLICT')],
    [
      'request-invalid',
      because('rejected', 'refused_by_channel', 'REQUEST_INVALID'),
      notUnderstood('REQUEST_INVALID'),
    ],
    [
      'timestamp-out-of-range',
      because('notAttempted', 'refused_by_channel', 'TIMESTAMP_OUT_OF_RANGE'),
      notUnderstood('TIMESTAMP_OUT_OF_RANGE'),
    ],
    ['order-not-found', notUnderstood('ORDER_NOT_FOUND'), because('notAttempted', 'reference_not_known')],
  ])(
    '%s is about an instruction, or about a question, and tells nothing about the other',
    (name, told, asked) => {
      expect(toDebitOutcome(answer(name), ORDER)).toEqual(told);
      expect(toDebitAnswer(answer(name), ORDER)).toEqual(asked);
    },
  );
});

describe('what the bank says of a refund', () => {
  it.each([
    [
      'refund-refunded',
      {
        kind: 'accepted',
        channelReference: 'br_01k6h2m0zz0000example00001',
        refundedAtMs: Date.parse('2026-10-02T03:00:00Z'),
      },
    ],
    ['refund-processing', { kind: 'pending', expectedByMs: Date.parse('2026-10-02T03:00:03Z') }],
    ['refund-refused', because('rejected', 'amount_not_allowed', 'EXCEEDS_DEBIT')],
    ['order-debited', notUnderstood()],
  ])('%s', (name, outcome) => {
    expect(toRefundOutcome(answer(name), REFUND)).toEqual(outcome);
    expect(toRefundAnswer(answer(name), REFUND)).toEqual(outcome);
  });

  it('refund-not-found answers a question only', () => {
    expect(toRefundAnswer(answer('refund-not-found'), REFUND)).toEqual(
      because('notAttempted', 'reference_not_known'),
    );
    expect(toRefundOutcome(answer('refund-not-found'), REFUND)).toEqual(notUnderstood('REFUND_NOT_FOUND'));
  });
});

describe('what the bank says of a date', () => {
  it('is a file, nothing, or when to come again', () => {
    const content = Buffer.from('H,SBSTMT1\r\n');
    expect(
      toStatementFetch(
        { kind: 'answer', contentType: 'text/csv; charset=utf-8', body: content },
        '2026-10-02',
      ),
    ).toEqual({
      kind: 'ready',
      fileName: 'sandbox-bank-2026-10-02.csv',
      format: 'sandbox-bank-csv-1',
      content,
    });
    expect(toStatementFetch(answer('no-transactions'), '2026-10-02')).toEqual({ kind: 'emptyDay' });
    expect(toStatementFetch(answer('file-not-ready'), '2026-10-02')).toEqual({
      kind: 'notReady',
      availableAtMs: Date.parse('2026-10-02T16:10:00Z'),
    });
    expect(toStatementFetch(answer('system-busy'), '2026-10-02')).toMatchObject({ kind: 'unavailable' });
  });
});

describe('what the bank says unasked', () => {
  it('is about the order that it names', () => {
    expect(toChannelEvent('msg_1', fixture('notification-debited').toString())).toEqual({
      kind: 'debit',
      eventId: 'msg_1',
      reference: ORDER,
      outcome: debited,
    });
  });

  it('is ignored in a status that the manual does not list', () => {
    const text = fixture('notification-debited').toString().replace('DEBITED', 'IN_REVIEW');
    expect(toChannelEvent('msg_1', text)).toEqual({ kind: 'ignored' });
  });
});
