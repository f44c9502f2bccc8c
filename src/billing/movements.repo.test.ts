import { createTestVault } from '../../test/support/accounts.ts';
import { somePayment } from '../../test/support/some-payment.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { transact } from '../infra/db/index.ts';
import { newId } from '../kernel/ids.ts';
import { refundReference, undoReference } from './billing.rules.ts';
import type { Payment } from './billing.types.ts';
import { agencyMovements, channelMovements, type Movement } from './movements.repo.ts';
import { insertPayments } from './payment.repo.ts';
import { type PaymentReturn, returnsOf, writeReturns } from './returns.repo.ts';

const FROM_MS = Date.parse('2026-03-01T16:00:00Z');
const HOUR_MS = 3_600_000;
const TO_MS = FROM_MS + 24 * HOUR_MS;
const NOTHING_MOVED = { debitedMinor: null, debitedAtMs: null, postedAtMs: null, channelReference: null };

async function all(pages: AsyncGenerator<Movement[]>): Promise<Movement[]> {
  const found: Movement[] = [];
  for await (const page of pages) found.push(...page);
  return found;
}

describeOnBothStacks('movements', (stack) => {
  const vault = createTestVault();
  let channels = 0;
  /** A channel and a connection that nobody else uses. */
  const freshIds = () => {
    channels += 1;
    return { channelId: `channel-${channels}`, connectionId: `connection-${channels}` };
  };
  const paymentOf = (atMs: number, more: Partial<Payment>): Payment => {
    const paymentId = newId('pay', atMs, 5);
    return { ...somePayment(), createdAtMs: atMs, debitedAtMs: atMs, postedAtMs: atMs, ...more, paymentId };
  };
  const insert = (...payments: Payment[]) =>
    transact(stack().db, (tx) => insertPayments(tx, vault, payments));
  const spanOf = (connectionId: string) => ({ connectionId, fromMs: FROM_MS, toMs: TO_MS });
  const ofChannel = (channelId: string) => all(channelMovements(stack().db, spanOf(channelId)));
  const ofAgency = (connectionId: string) => all(agencyMovements(stack().db, spanOf(connectionId)));

  it('at a channel are what it debited on the day, what it was asked to, and what came of nothing', async () => {
    const ids = freshIds();
    const fee = {
      payer: 'resident',
      amountMinor: 200,
      shares: { platformMinor: 200, channelMinor: 0, agencyMinor: 0 },
    };
    const first = paymentOf(FROM_MS, ids);
    const last = paymentOf(TO_MS - 1, { ...ids, debitedMinor: 123_656, fees: [fee as never] });
    const pending = paymentOf(FROM_MS + 1, { ...ids, ...NOTHING_MOVED, status: 'debitUnknown' });
    const expired = paymentOf(FROM_MS + 2, {
      ...ids,
      ...NOTHING_MOVED,
      status: 'expired',
      fees: [fee as never],
    });
    await insert(
      first,
      last,
      pending,
      expired,
      paymentOf(FROM_MS - 1, ids),
      paymentOf(TO_MS, ids),
      paymentOf(FROM_MS - 1, { ...ids, ...NOTHING_MOVED, status: 'expired' }),
      paymentOf(FROM_MS, { ...ids, channelId: 'another' }),
    );
    expect(await ofChannel(ids.channelId)).toEqual([
      {
        kind: 'debit',
        paymentId: first.paymentId,
        agencyId: 'plain-power',
        reference: first.paymentId,
        theirReference: 'BANK-1',
        amountMinor: 123_456,
        currency: 'CNY',
        agencyMinor: 0,
        status: 'final',
        atMs: FROM_MS,
      },
      expect.objectContaining({ paymentId: last.paymentId, amountMinor: 123_656, atMs: TO_MS - 1 }),
      expect.objectContaining({ paymentId: pending.paymentId, status: 'pending', theirReference: null }),
      expect.objectContaining({ paymentId: expired.paymentId, status: 'failed', amountMinor: 123_656 }),
    ]);
  });

  it('at an agency are what it posted on the day, what it was asked to, and what it refused', async () => {
    const ids = freshIds();
    const fee = {
      payer: 'agency',
      amountMinor: 300,
      shares: { platformMinor: 300, channelMinor: 0, agencyMinor: 0 },
    };
    const posted = paymentOf(FROM_MS, { ...ids, fees: [fee as never] });
    const waits = paymentOf(FROM_MS - HOUR_MS, {
      ...ids,
      status: 'postingPending',
      debitedAtMs: FROM_MS + 5,
      postedAtMs: null,
      agencyReference: null,
    });
    const refused = paymentOf(FROM_MS + 9, { ...ids, status: 'refunded', postedAtMs: null });
    await insert(
      posted,
      waits,
      refused,
      paymentOf(FROM_MS + 1, { ...ids, ...NOTHING_MOVED, status: 'expired' }),
    );
    expect(await ofAgency(ids.connectionId)).toEqual([
      expect.objectContaining({
        kind: 'posting',
        reference: posted.paymentId,
        theirReference: 'AGENCY-1',
        amountMinor: 123_456,
        agencyMinor: 123_156,
        status: 'final',
      }),
      expect.objectContaining({ reference: waits.paymentId, status: 'pending', atMs: FROM_MS + 5 }),
      expect.objectContaining({ reference: refused.paymentId, status: 'failed' }),
    ]);
  });

  it('include what went back, by when the other side did it', async () => {
    const ids = freshIds();
    const undo = { kind: 'refund', round: 1, disputeId: 'dsp', undoneAtMs: FROM_MS + 3 } as const;
    const payment = paymentOf(FROM_MS - 50 * HOUR_MS, { ...ids, status: 'refunding', undo });
    await insert(payment);
    const steps: [Partial<Payment>, Partial<Payment>][] = [
      [
        { status: 'posted', undo: null },
        { status: 'reversing', undo: { ...undo, kind: 'reverse', round: 0 } },
      ],
      [{ status: 'reversing', undo: { ...undo, kind: 'reverse', round: 0 } }, { status: 'reversing' }],
      [{ status: 'reversing' }, { status: 'refunding' }],
      [{ status: 'refunding' }, { status: 'refundPending' }],
      [{ status: 'refundPending' }, { status: 'refunded', refundedAtMs: FROM_MS + 7 }],
    ];
    const states: Record<string, PaymentReturn['status']>[] = [];
    const seen: Record<string, PaymentReturn['status']> = {};
    for (const [before, after] of steps) {
      const returns = returnsOf({
        before: { ...payment, ...before },
        after: { ...payment, version: payment.version + 1, updatedAtMs: FROM_MS + 1, ...after },
      });
      await transact(stack().db, (tx) => writeReturns(tx, returns));
      for (const { reference, status } of returns) seen[reference] = status;
      states.push({ ...seen });
    }
    const [first, second] = [0, 1].map((round) => undoReference({ ...payment, undo: { ...undo, round } }));
    const refund = refundReference(payment);
    expect(states).toEqual([
      { [String(first)]: 'pending' },
      { [String(first)]: 'failed', [String(second)]: 'pending' },
      { [String(first)]: 'failed', [String(second)]: 'final', [refund]: 'pending' },
      { [String(first)]: 'failed', [String(second)]: 'final', [refund]: 'pending' },
      { [String(first)]: 'failed', [String(second)]: 'final', [refund]: 'final' },
    ]);
    expect(await ofChannel(ids.channelId)).toEqual([
      expect.objectContaining({
        kind: 'refund',
        paymentId: payment.paymentId,
        reference: refund,
        amountMinor: -123_456,
        agencyMinor: 0,
        status: 'final',
        atMs: FROM_MS + 7,
      }),
    ]);
    expect(await ofAgency(ids.connectionId)).toEqual([
      expect.objectContaining({ kind: 'undoing', reference: first, status: 'failed', atMs: FROM_MS + 1 }),
      expect.objectContaining({
        kind: 'undoing',
        reference: second,
        amountMinor: -123_456,
        agencyMinor: -123_456,
        status: 'final',
        atMs: FROM_MS + 3,
      }),
    ]);
  });

  it('are all there, each once, when there are more than a page of one moment', async () => {
    const ids = freshIds();
    const payments = Array.from({ length: 1_003 }, (_, at) =>
      paymentOf(FROM_MS, at % 3 === 0 ? { ...ids, ...NOTHING_MOVED, status: 'expired' } : ids),
    );
    const one = payments[0] as Payment;
    for (let at = 0; at < payments.length; at += 500) await insert(...payments.slice(at, at + 500));
    const more = Array.from({ length: 1_001 }, () => paymentOf(FROM_MS, ids));
    for (let at = 0; at < more.length; at += 500) await insert(...more.slice(at, at + 500));
    const returns = payments.map(({ paymentId }) => ({
      reference: paymentId.replace('pay', 'rf0'),
      paymentId: one.paymentId,
      connectionId: ids.channelId,
      kind: 'refund' as const,
      status: 'final' as const,
      atMs: FROM_MS,
    }));
    await transact(stack().db, (tx) => writeReturns(tx, returns));
    const found = (await ofChannel(ids.channelId)).map(({ reference }) => reference);
    const expected = [...payments, ...more, ...returns.map(({ reference }) => ({ paymentId: reference }))];
    expect([...found].sort()).toEqual(expected.map(({ paymentId }) => paymentId).sort());
  }, 60_000);
});
