import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { money } from '../../src/kernel/money.ts';
import type { Answer } from './client.ts';
import {
  toPaymentQueryOutcome,
  toPostingOutcome,
  toQueryOutcome,
  toStatementFetch,
  toValidationOutcome,
} from './map.ts';

/** An answer recorded from the sandbox center. */
function recorded(name: string): Answer & { kind: 'answer' } {
  const file = path.join(import.meta.dirname, 'fixtures', `${name}.json`);
  return { kind: 'answer', ...JSON.parse(readFileSync(file, 'utf8')) };
}
const cny = (amountMinor: number) => money(amountMinor, 'CNY');
const postedAtMs = Date.parse('2026-11-25T10:30:00+08:00');

describe('an account', () => {
  it('takes deposits, is sealed, or is nobody’s', () => {
    expect(toValidationOutcome(recorded('account-valid'))).toEqual({
      kind: 'valid',
      holder: { maskedName: '罗**' },
    });
    expect(toValidationOutcome(recorded('account-sealed'))).toMatchObject({
      kind: 'noSuchAccount',
      reason: { code: 'account_blocked' },
    });
    expect(toValidationOutcome(recorded('account-unknown'))).toMatchObject({
      kind: 'noSuchAccount',
      reason: { code: 'account_not_found' },
    });
  });
});

describe('instalments', () => {
  it('become bills with principal, interest and penalty', () => {
    const outcome = toQueryOutcome(recorded('loan-three-instalments'));
    if (outcome.kind !== 'due') throw new Error(outcome.kind);
    expect(outcome.holder).toEqual({ maskedName: '上**' });
    expect(
      outcome.bills.map(({ period, amountDue, dueDate }) => [period, amountDue.amountMinor, dueDate]),
    ).toEqual([
      ['2026-09', 382_717, '2026-09-20'],
      ['2026-10', 380_938, '2026-10-20'],
      ['2026-11', 379_122, '2026-11-20'],
    ]);
    expect(outcome.bills[0]?.lines.map(({ kind, label, amount }) => [kind, label.en, amount])).toEqual([
      ['other', 'Principal', cny(250_000)],
      ['other', 'Interest', cny(130_000)],
      ['lateFee', 'Penalty for late payment', cny(2_717)],
    ]);
  });

  it('are none, or wait for the center to open', () => {
    expect(toQueryOutcome(recorded('loan-nothing-due'))).toEqual({
      kind: 'nothingDue',
      holder: { maskedName: '韦**' },
    });
    expect(toQueryOutcome(recorded('closed'))).toEqual({
      kind: 'closedNow',
      reason: { code: 'under_maintenance', source: 'agency', detail: 'code E3002' },
      opensAtMs: Date.parse('2026-11-26T12:30:00+08:00'),
    });
  });

  it('are not shown when a sum does not add up, or a field is missing', () => {
    const { fields, ...answer } = recorded('loan-three-instalments');
    const { penalty_2: _penalty, ...less } = fields;
    for (const odd of [{ ...fields, total_3: '3791.23' }, { ...fields, count: '4' }, less]) {
      expect(toQueryOutcome({ ...answer, fields: odd })).toMatchObject({
        kind: 'unavailable',
        reason: { code: 'answer_not_understood' },
      });
    }
  });
});

describe('a posting', () => {
  const accepted = { kind: 'accepted', agencyReference: 'P000000000001', postedAtMs };

  it('is posted, duplicate, refused or under way', () => {
    const of = (name: string, reference: string, amountMinor: number) =>
      toPostingOutcome(recorded(name), reference, cny(amountMinor));
    expect(of('deposit-posted', 'pst_1', 400_000)).toEqual(accepted);
    expect(of('deposit-duplicate', 'pst_1', 400_000)).toEqual({ kind: 'duplicate' });
    expect(of('deposit-over-the-limit', 'pst_2', 100_100)).toMatchObject({
      kind: 'rejected',
      reason: { code: 'limit_exceeded' },
    });
    expect(of('deposit-not-allowed', 'pst_3', 50_050)).toMatchObject({
      kind: 'rejected',
      reason: { code: 'amount_not_allowed' },
    });
    expect(of('deposit-processing', 'pst_4', 50_000)).toEqual({
      kind: 'pending',
      expectedByMs: postedAtMs + 5_000,
    });
    expect(of('closed', 'pst_5', 1)).toMatchObject({
      kind: 'notAttempted',
      retryAtMs: Date.parse('2026-11-26T12:30:00+08:00'),
    });
  });

  it('of another order or amount tells nothing about ours', () => {
    expect(toPostingOutcome(recorded('deposit-posted'), 'pst_2', cny(400_000)).kind).toBe('unknown');
    expect(toPostingOutcome(recorded('deposit-posted'), 'pst_1', cny(399_999)).kind).toBe('unknown');
  });

  it('is asked for by reference', () => {
    expect(toPaymentQueryOutcome(recorded('deposit-posted'), 'pst_1')).toEqual(accepted);
    expect(toPaymentQueryOutcome(recorded('order-refused'), 'pst_2')).toMatchObject({
      kind: 'rejected',
      reason: { code: 'limit_exceeded', detail: 'code E2006' },
    });
    expect(toPaymentQueryOutcome(recorded('order-unknown'), 'pst_9')).toMatchObject({
      kind: 'notAttempted',
      reason: { code: 'reference_not_known' },
    });
    // A refusal to answer is no answer.
    expect(toPaymentQueryOutcome({ kind: 'answer', code: 'E2007', fields: {} }, 'pst_1').kind).toBe(
      'unknown',
    );
  });
});

describe('a daily file', () => {
  it('is there, not yet there, or of a day without payments', () => {
    const file = toStatementFetch(recorded('file'));
    if (file.kind !== 'ready') throw new Error(file.kind);
    expect(file).toMatchObject({
      fileName: 'GZGJJ_civicpay_20261125.csv',
      format: 'gz-provident-fund-daily-v1',
    });
    expect(Buffer.from(file.content).toString()).toMatch(
      /^商户订单号,.*\r\npst_1,[\s\S]*合计,2,4500\.00\r\n$/,
    );
    expect(toStatementFetch(recorded('file-not-ready'))).toEqual({
      kind: 'notReady',
      availableAtMs: Date.parse('2026-11-26T03:00:00+08:00'),
    });
    expect(toStatementFetch(recorded('file-empty-day'))).toEqual({ kind: 'emptyDay' });
  });
});

describe('whatever they send', () => {
  it('never throws, and is believed only when it is whole', () => {
    const names = [
      'count',
      'holder_name',
      'order_no',
      'pay_amt',
      'state',
      'post_time',
      'total_1',
      'file_name',
    ];
    const anything = fc.record({
      kind: fc.constant('answer' as const),
      code: fc.constantFrom('S0000', 'E1002', 'E2004', 'E2005', 'E3001', 'E4001', 'E7788'),
      fields: fc.dictionary(fc.constantFrom(...names), fc.string({ maxLength: 20 })),
    });
    fc.assert(
      fc.property(anything, (answer) => {
        expect(toQueryOutcome(answer).kind).not.toBe('due');
        expect(toPostingOutcome(answer, 'r', cny(1)).kind).not.toBe('accepted');
        expect(toPaymentQueryOutcome(answer, 'r').kind).not.toBe('accepted');
        expect(toStatementFetch(answer).kind).not.toBe('ready');
      }),
    );
  });
});
