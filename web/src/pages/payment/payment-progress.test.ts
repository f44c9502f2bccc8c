import type { PaymentStatus } from '../../api/types.ts';
import { zhCN } from '../../i18n/zh-CN.ts';
import { isSafeToLeave, stepsOf, storyOf, toneOf } from './payment-progress.ts';

const EVERY_STATUS = Object.keys(zhCN.payment.status) as PaymentStatus[];
const at = { undone: false, debitedAt: null, postedAt: null, refundedAt: null };
const statesOf = (status: PaymentStatus) =>
  stepsOf({ ...at, status }).map(({ name, state }) => `${name} ${state}`);

describe('the steps of a payment', () => {
  it('lead to the receipt', () => {
    expect(statesOf('debitPending')).toEqual(['debit current', 'posting waiting', 'receipt waiting']);
    expect(statesOf('postingUnknown')).toEqual(['debit done', 'posting current', 'receipt waiting']);
    expect(statesOf('posted')).toEqual(['debit done', 'posting done', 'receipt done']);
  });

  it('lead to the money back when the agency said no', () => {
    expect(statesOf('refundUnknown')).toEqual(['debit done', 'posting failed', 'refund current']);
    expect(statesOf('refunded')).toEqual(['debit done', 'posting failed', 'refund done']);
  });

  it('lead to the money back another way when what was posted is undone', () => {
    const undoing = (status: PaymentStatus) =>
      stepsOf({ ...at, undone: true, status }).map(({ name, state }) => `${name} ${state}`);
    const posted = ['debit done', 'posting done'];
    expect(undoing('reversing')).toEqual([...posted, 'undo current', 'refund waiting']);
    expect(undoing('refundUnknown')).toEqual([...posted, 'undo done', 'refund current']);
    expect(undoing('refunded')).toEqual([...posted, 'undo done', 'refund done']);
    // Never “the agency did not take it”: it did, and undid it.
    expect(storyOf({ status: 'refunding', undone: true })).toBe('payment.undone.refunding');
    expect(storyOf({ status: 'refunding', undone: false })).toBe('payment.status.refunding');
    expect(storyOf({ status: 'refundPending', undone: true })).toBe('payment.status.refundPending');
  });

  it('end at once when nothing was taken', () => {
    for (const status of ['debitFailed', 'expired'] as const) {
      expect(statesOf(status)).toEqual(['debit failed', 'posting waiting', 'receipt waiting']);
    }
  });

  it('never call something failed while it is not known', () => {
    for (const status of EVERY_STATUS.filter(
      (each) => each.endsWith('Unknown') || each.endsWith('Pending'),
    )) {
      expect(toneOf(status)).toBe('wait');
      expect(stepsOf({ ...at, status }).some(({ state }) => state === 'current')).toBe(true);
    }
  });
});

it('says that it is safe to leave only when nothing is left to do at the bank', () => {
  expect(isSafeToLeave({ status: 'debitPending', final: false })).toBe(false);
  expect(isSafeToLeave({ status: 'postingPending', final: false })).toBe(true);
  expect(isSafeToLeave({ status: 'posted', final: true })).toBe(false);
});
