import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { money } from '../../src/kernel/money.ts';
import type { Answer } from './client.ts';
import {
  toPaymentQueryOutcome,
  toPostingOutcome,
  toQueryOutcome,
  toReversalOutcome,
  toStatementFetch,
} from './map.ts';

/** An answer recorded from the sandbox bureau. */
function recorded(name: string): Answer & { kind: 'answer' } {
  const file = path.join(import.meta.dirname, 'fixtures', `${name}.json`);
  const { returnCode, bodyBase64 } = JSON.parse(readFileSync(file, 'utf8'));
  return { kind: 'answer', returnCode, body: Buffer.from(bodyBase64, 'base64') };
}
const coded = (returnCode: string, body: Uint8Array = new Uint8Array()): Answer => ({
  kind: 'answer',
  returnCode,
  body,
});
const cny = (amountMinor: number) => money(amountMinor, 'CNY');
const postedAtMs = Date.parse('2026-11-21T10:30:00+08:00');

describe('months due', () => {
  it('become bills with both insurances and the base', () => {
    const outcome = toQueryOutcome(recorded('due-three-months'));
    if (outcome.kind !== 'due') throw new Error(outcome.kind);
    expect(outcome.holder).toEqual({ maskedName: '欧**' });
    expect(outcome.account).toMatch(/^4+\d$/);
    expect(outcome.bills.map(({ period, amountDue }) => [period, amountDue.amountMinor])).toEqual([
      ['2026-09', 154_000],
      ['2026-10', 154_000],
      ['2026-11', 154_000],
    ]);
    expect(outcome.bills[0]?.lines).toEqual([
      {
        kind: 'contribution',
        label: { 'zh-CN': '基本养老保险费', en: 'Pension insurance' },
        amount: cny(110_000),
      },
      {
        kind: 'contribution',
        label: { 'zh-CN': '基本医疗保险费', en: 'Medical insurance' },
        amount: cny(44_000),
      },
    ]);
    expect(outcome.bills[0]?.facts?.[0]?.value).toBe('5500.00 元');
  });

  it('are none, are nobody’s, or wait for the bureau to open', () => {
    expect(toQueryOutcome(recorded('nothing-due'))).toEqual({
      kind: 'nothingDue',
      holder: { maskedName: '冼**' },
    });
    expect(toQueryOutcome(recorded('no-such-person'))).toMatchObject({
      kind: 'noSuchAccount',
      reason: { code: 'account_not_found' },
    });
    expect(toQueryOutcome(recorded('closed'))).toEqual({
      kind: 'closedNow',
      reason: { code: 'under_maintenance', source: 'agency', detail: 'return code 3002' },
      opensAtMs: postedAtMs + 2 * 3_600_000,
    });
  });

  it('are not shown when their sums do not add up', () => {
    const { body, ...answer } = recorded('due-one-month');
    const wrong = Buffer.from(body);
    wrong.write('1', wrong.length - 1);
    expect(toQueryOutcome({ ...answer, body: wrong })).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'answer_not_understood' },
    });
  });
});

describe('a posting', () => {
  const accepted = { kind: 'accepted', agencyReference: 'P000000000001', postedAtMs };

  it('is posted, duplicate, refused or under way', () => {
    const of = (name: string, reference: string) => toPostingOutcome(recorded(name), reference, cny(154_000));
    expect(of('pay-posted', 'pst_1')).toEqual(accepted);
    expect(of('pay-duplicate', 'pst_1')).toEqual({ kind: 'duplicate' });
    expect(of('pay-already-paid', 'pst_2')).toMatchObject({
      kind: 'rejected',
      reason: { code: 'bill_already_paid' },
    });
    expect(of('pay-processing', 'pst_3')).toEqual({ kind: 'pending', expectedByMs: postedAtMs + 5_000 });
    expect(of('closed', 'pst_1')).toMatchObject({
      kind: 'notAttempted',
      retryAtMs: postedAtMs + 2 * 3_600_000,
    });
  });

  it('of another reference or amount tells nothing about ours', () => {
    expect(toPostingOutcome(recorded('pay-posted'), 'pst_2', cny(154_000))).toMatchObject({
      kind: 'unknown',
    });
    expect(toPostingOutcome(recorded('pay-posted'), 'pst_1', cny(153_999))).toMatchObject({
      kind: 'unknown',
    });
  });

  it('is asked for by reference', () => {
    expect(toPaymentQueryOutcome(recorded('pay-posted'), 'pst_1')).toEqual(accepted);
    expect(toPaymentQueryOutcome(recorded('payment-refused'), 'pst_2')).toMatchObject({
      kind: 'rejected',
      reason: { code: 'bill_already_paid', detail: 'return code 2002' },
    });
    expect(toPaymentQueryOutcome(recorded('payment-unknown'), 'pst_9')).toMatchObject({
      kind: 'notAttempted',
      reason: { code: 'reference_not_known' },
    });
    // A refusal to answer is no answer.
    expect(toPaymentQueryOutcome(coded('2007'), 'pst_1')).toMatchObject({ kind: 'unknown' });
  });
});

describe('a reversal', () => {
  const request = { reference: 'rev_1', originalReference: 'pst_1', amount: cny(154_000) };

  it('is done, or finds nothing to undo', () => {
    expect(toReversalOutcome(recorded('reversed'), request)).toEqual({
      kind: 'accepted',
      agencyReference: 'U000000000001',
      undoneAtMs: postedAtMs,
    });
    expect(toReversalOutcome(recorded('reversal-unknown'), request)).toMatchObject({ kind: 'notAttempted' });
    expect(toReversalOutcome(coded('2010'), request)).toMatchObject({ kind: 'rejected' });
    expect(toReversalOutcome(coded('2004'), request)).toEqual({ kind: 'duplicate' });
  });

  it('of anything else tells nothing about ours', () => {
    for (const other of [{ reference: 'rev_2' }, { originalReference: 'pst_2' }, { amount: cny(1) }]) {
      expect(toReversalOutcome(recorded('reversed'), { ...request, ...other })).toMatchObject({
        kind: 'unknown',
      });
    }
  });
});

describe('a daily file', () => {
  it('is there, not yet there, or of a day without payments', () => {
    const file = toStatementFetch(recorded('daily-file'));
    if (file.kind !== 'ready') throw new Error(file.kind);
    expect(file).toMatchObject({
      fileName: 'GZSB_civicpay_20261121.txt',
      format: 'gz-social-security-daily-v1',
    });
    expect(Buffer.from(file.content).toString().split('\n')).toHaveLength(5);
    expect(toStatementFetch(recorded('file-not-ready'))).toEqual({
      kind: 'notReady',
      availableAtMs: Date.parse('2026-11-22T02:00:00+08:00'),
    });
    expect(toStatementFetch(recorded('no-payments'))).toEqual({ kind: 'emptyDay' });
  });

  it('that is cut short is none', () => {
    const { body, ...answer } = recorded('daily-file');
    expect(toStatementFetch({ ...answer, body: body.subarray(0, -1) })).toMatchObject({
      kind: 'unavailable',
    });
  });
});

describe('whatever they send', () => {
  it('never throws, and is believed only when it is whole', () => {
    const anything = fc.tuple(
      fc.constantFrom('0000', '1002', '2004', '2005', '3001', '4001', '7788', ''),
      fc.uint8Array({ maxLength: 200 }),
    );
    fc.assert(
      fc.property(anything, ([returnCode, body]) => {
        const answer = coded(returnCode, body);
        const request = { reference: 'r', originalReference: 'o', amount: cny(1) };
        expect(['unavailable', 'closedNow']).toContain(toQueryOutcome(answer).kind);
        for (const outcome of [
          toPostingOutcome(answer, 'r', cny(1)),
          toPaymentQueryOutcome(answer, 'r'),
          toReversalOutcome(answer, request),
        ]) {
          expect(outcome.kind).not.toBe('accepted');
        }
        expect(toStatementFetch(answer).kind).not.toBe('ready');
      }),
    );
  });
});
