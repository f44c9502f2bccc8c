import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { money } from '../../src/kernel/money.ts';
import type { Answer } from './client.ts';
import { toPlansOutcome, toQueryOutcome } from './map.bills.ts';
import { toPart, toPaymentQueryOutcome, toPostingOutcome, toStatement, toUndoOutcome } from './map.ts';

type Change = (data: string) => string;

function recorded(name: string, change: Change = (data) => data): Answer {
  const form = readFileSync(path.join(import.meta.dirname, 'fixtures', `${name}.form`), 'utf8');
  const fields = new URLSearchParams(form.trim());
  const data = change(fields.get('data') || 'null');
  return { kind: 'answer', code: fields.get('code') ?? '', data: JSON.parse(data) };
}
const answer = (code: string, data: unknown = null): Answer => ({ kind: 'answer', code, data });
const cny = (amountMinor: number) => money(amountMinor, 'CNY');
const posting = (reference: string, amountMinor: number, planId?: string) => ({
  reference,
  amount: cny(amountMinor),
  planId,
});
const undo = (reference: string, amountMinor: number) => ({
  reference,
  originalReference: 'pst_fixture1',
  amount: cny(amountMinor),
});

describe('bills as they really send them', () => {
  it('become bills with tiers and late fee, oldest first', () => {
    const outcome = toQueryOutcome(recorded('bills-three-periods'), '310000000029');
    if (outcome.kind !== 'due') throw new Error(outcome.kind);
    expect(outcome.holder).toEqual({ maskedName: '金**', maskedAddress: '广州市天河区****' });
    expect(
      outcome.bills.map(({ period, amountDue, dueDate }) => [period, amountDue.amountMinor, dueDate]),
    ).toEqual([
      ['2026-08', 6_514, '2026-10-03'],
      ['2026-09', 7_375, '2026-11-03'],
      ['2026-10', 5_520, '2026-12-03'],
    ]);
    expect(outcome.bills[0]?.lines).toEqual([
      {
        kind: 'usage',
        label: { 'zh-CN': '第一档气费', en: 'First tier' },
        amount: cny(6_210),
        quantity: { quantity: '18.0', unit: 'm³', unitPrice: '3.4500' },
      },
      { kind: 'lateFee', label: { 'zh-CN': '违约金', en: 'Late fee' }, amount: cny(304) },
    ]);
  });

  it('that are paid in part say what is left, and what was paid', () => {
    const outcome = toQueryOutcome(recorded('bills-paid-in-part'), '310000000029');
    if (outcome.kind !== 'due') throw new Error(outcome.kind);
    const [bill] = outcome.bills;
    expect(bill?.amountDue).toEqual(cny(5_514));
    expect(bill?.lines).toEqual([
      { kind: 'usage', label: { 'zh-CN': '剩余气费', en: 'Left of the gas charges' }, amount: cny(5_514) },
    ]);
    expect(bill?.facts?.slice(-2).map(({ value }) => value)).toEqual(['62.10 元', '6.96 元']);
  });

  it('are told from nothing due, no such account, a prepaid meter and closed', () => {
    expect(toQueryOutcome(recorded('bills-nothing-due'), '310000000037')).toEqual({
      kind: 'nothingDue',
      holder: { maskedName: '汪**', maskedAddress: '广州市天河区****' },
    });
    for (const name of ['bills-no-such-account', 'bills-of-a-prepaid-meter']) {
      expect(toQueryOutcome(recorded(name), '31')).toMatchObject({
        kind: 'noSuchAccount',
        reason: { code: 'account_not_found' },
      });
    }
    expect(toQueryOutcome(recorded('bills-maintenance'), '31')).toEqual({
      kind: 'closedNow',
      reason: { code: 'under_maintenance', source: 'agency', detail: 'code 50302' },
      opensAtMs: Date.parse('2026-11-21T12:30:00+08:00'),
    });
  });

  it('of another account are shown to nobody', () => {
    expect(toQueryOutcome(recorded('bills-three-periods'), '310000000011').kind).toBe('unavailable');
    expect(toPlansOutcome(recorded('plans-card'), '310000000011').kind).toBe('unavailable');
  });

  it.each([
    ['charges that do not add up', '"billed":"62.10"', '"billed":"62.11"'],
    ['a sum that does not add up', '"payable":"65.14"', '"payable":"65.15"'],
    ['more paid than billed', '"paid":"0.00"', '"paid":"62.11"'],
    ['a number for an amount', '"late_fee":"3.04"', '"late_fee":3.04'],
    ['an amount with one digit', '"late_fee":"3.04"', '"late_fee":"3.0"'],
    ['a member missing', '"due_date":"20261003",', ''],
  ])('with %s are shown to nobody', (_, from, to) => {
    const outcome = toQueryOutcome(
      recorded('bills-three-periods', (data) => {
        expect(data).toContain(from);
        return data.replace(from, to);
      }),
      '310000000029',
    );
    expect(outcome).toMatchObject({ kind: 'unavailable', reason: { code: 'answer_not_understood' } });
  });

  it('with a name or address left unmasked are masked here', () => {
    const outcome = toQueryOutcome(
      recorded('bills-nothing-due', (data) =>
        data.replace('汪**', '汪秀珍').replace('广州市天河区****', '广州市天河区黄村大道5号'),
      ),
      '310000000037',
    );
    expect(outcome).toMatchObject({ holder: { maskedName: '汪**', maskedAddress: '广州市天河区****' } });
  });
});

describe('plans as they really send them', () => {
  it('are volumes for a card and amounts for a keypad', () => {
    expect(toPlansOutcome(recorded('plans-card'), '350000000041')).toMatchObject({
      kind: 'plans',
      plans: [
        { planId: 'V10', price: cny(3_450), name: { 'zh-CN': '10.0 立方米', en: '10.0 m³' } },
        { planId: 'V20', price: cny(6_900) },
        { planId: 'V50', price: cny(17_250) },
        { planId: 'V100', price: cny(34_500) },
      ],
    });
    expect(toPlansOutcome(recorded('plans-token'), '350000000058')).toMatchObject({
      kind: 'plans',
      plans: [
        { planId: 'A50', price: cny(5_000) },
        { planId: 'A100', price: cny(10_000), name: { en: '100.00 yuan (about 28.9 m³)' } },
        { planId: 'A200', price: cny(20_000) },
      ],
    });
  });
});

describe('payments as they really answer them', () => {
  it('are posted, being processed, refused, or never seen', () => {
    expect(toPostingOutcome(recorded('pay-posted'), posting('pst_fixture1', 4_830))).toEqual({
      kind: 'accepted',
      agencyReference: 'P000000000002',
      postedAtMs: Date.parse('2026-11-21T10:30:00+08:00'),
    });
    expect(toPostingOutcome(recorded('pay-processing'), posting('pst_fixture3', 6_210))).toEqual({
      kind: 'pending',
      expectedByMs: Date.parse('2026-11-21T10:30:05+08:00'),
    });
    expect(toPostingOutcome(recorded('pay-already-paid'), posting('pst_fixture2', 4_830))).toEqual({
      kind: 'rejected',
      reason: { code: 'bill_already_paid', source: 'agency', detail: 'code 40202' },
    });
    expect(toPostingOutcome(recorded('pay-duplicate'), posting('pst_fixture1', 4_830))).toEqual({
      kind: 'duplicate',
    });
    expect(toPaymentQueryOutcome(recorded('payment-refused'), 'pst_fixture2')).toMatchObject({
      kind: 'rejected',
      reason: { code: 'bill_already_paid' },
    });
    expect(toPaymentQueryOutcome(recorded('payment-unknown-reference'), 'pst_fixture9')).toMatchObject({
      kind: 'notAttempted',
      reason: { code: 'reference_not_known' },
    });
  });

  it('for a meter hand over a token, or how to write the card', () => {
    expect(toPostingOutcome(recorded('pay-token'), posting('pst_token', 10_000, 'A100'))).toMatchObject({
      kind: 'accepted',
      fulfilment: { kind: 'token', token: expect.stringMatching(/^\d{20}$/), units: '28.9 m³' },
    });
    expect(toPostingOutcome(recorded('pay-card'), posting('pst_card', 6_900, 'V20'))).toMatchObject({
      kind: 'accepted',
      fulfilment: {
        kind: 'cardWrite',
        instruction: { 'zh-CN': expect.stringContaining('20.0 立方米') },
        code: expect.stringMatching(/^\d{12}$/),
      },
    });
  });

  it('for a meter are not taken for done before something was handed over, or when it is no token', () => {
    const without: Change = (data) => JSON.stringify({ ...JSON.parse(data), supply: undefined });
    const odd: Change = (data) => data.replace(/"token":"\d/, '"token":"x');
    for (const change of [without, odd]) {
      expect(toPostingOutcome(recorded('pay-token', change), posting('pst_token', 10_000, 'A100')).kind).toBe(
        'unknown',
      );
    }
  });

  it('of another reference or another amount tell nothing about ours', () => {
    expect(toPostingOutcome(recorded('pay-posted'), posting('pst_other', 4_830)).kind).toBe('unknown');
    expect(toPostingOutcome(recorded('pay-posted'), posting('pst_fixture1', 4_831)).kind).toBe('unknown');
    expect(toPaymentQueryOutcome(recorded('pay-posted'), 'pst_other').kind).toBe('unknown');
  });

  it('in a state that we do not know are unknown', () => {
    const data = { order_no: 'r', gas_no: 'P1', pay_amount: '1.00', post_time: '20261121103000' };
    fc.assert(
      fc.property(fc.string(), (status) => {
        fc.pre(!['SUCCESS', 'PROCESSING', 'FAIL'].includes(status));
        const stated = answer('10000', { ...data, status });
        expect(toPostingOutcome(stated, posting('r', 100)).kind).toBe('unknown');
        expect(toPaymentQueryOutcome(stated, 'r').kind).toBe('unknown');
      }),
    );
  });

  it('not now may be told again; a nonce seen before may have been carried out', () => {
    for (const code of ['50301', '50302', '40001', '40002', '40004']) {
      expect(toPostingOutcome(answer(code), posting('r', 1)).kind).toBe('notAttempted');
    }
    for (const code of ['40003', '77888'])
      expect(toPostingOutcome(answer(code), posting('r', 1)).kind).toBe('unknown');
  });

  it('tell what of a part goes to the late fee, and leave it to them when it is not a part', () => {
    expect(toPart({ billId: 'B1', amount: cny(1_000) })).toEqual({ bill_no: 'B1', amount: '10.00' });
    const charges = [
      { kind: 'lateFee', amount: cny(304) },
      { kind: 'usage', amount: cny(696) },
    ] as const;
    expect(toPart({ billId: 'B1', amount: cny(1_000), charges })).toEqual({
      bill_no: 'B1',
      amount: '10.00',
      late_fee: '3.04',
    });
    expect(toPart({ billId: 'B1', amount: cny(696), charges: charges.slice(1) })).toMatchObject({
      late_fee: '0.00',
    });
  });
});

describe('undoing as they really answer it', () => {
  it('is done, or refused', () => {
    expect(toUndoOutcome(recorded('undo-done'), undo('und_fixture1', 4_830))).toEqual({
      kind: 'accepted',
      agencyReference: 'U000000000002',
      undoneAtMs: Date.parse('2026-11-21T10:30:00+08:00'),
    });
    expect(toUndoOutcome(recorded('undo-too-early'), undo('und_fixture2', 4_830))).toMatchObject({
      kind: 'rejected',
      reason: { code: 'refused_by_agency', detail: 'code 40304' },
    });
  });

  it('of another reference, original or amount tells nothing about ours', () => {
    const right = undo('und_fixture1', 4_830);
    for (const wrong of [
      { reference: 'und_other' },
      { originalReference: 'pst_other' },
      { amount: cny(4_829) },
    ]) {
      expect(toUndoOutcome(recorded('undo-done'), { ...right, ...wrong }).kind).toBe('unknown');
    }
  });
});

describe('the daily file as they really send it', () => {
  it('is a file, not ready, or of a day without payments', () => {
    const file = toStatement(recorded('file'));
    if (file.kind !== 'ready') throw new Error(file.kind);
    expect(file.fileName).toBe('GZRQ_civicpay_20261121.csv');
    const types = Buffer.from(file.content)
      .toString('utf8')
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.split(',')[0]);
    expect(types.sort()).toEqual(['BILL', 'BILL', 'BILL', 'REVERSE', 'SALE', 'SALE']);
    expect(toStatement(recorded('file-not-ready'))).toEqual({
      kind: 'notReady',
      availableAtMs: Date.parse('2026-11-22T02:00:00+08:00'),
    });
    expect(toStatement(recorded('file-empty-day'))).toEqual({ kind: 'emptyDay' });
  });

  it('that is not what its digest says, or is named like a path, is no file', () => {
    for (const [from, to] of [
      [/"content":"..../, '"content":"AAAA'],
      ['"file_name":"GZRQ', '"file_name":"../GZRQ'],
    ] as const) {
      expect(toStatement(recorded('file', (data) => data.replace(from, to))).kind).toBe('unavailable');
    }
  });
});

describe('anything at all', () => {
  const code = fc.oneof(
    fc.constantFrom('10000', '40101', '40102', '40201', '40204', '40205', '50301', '40003', '50401', '50402'),
    fc.stringMatching(/^\d{5}$/),
  );

  it('comes out as a value, and as certain only when it says so plainly', () => {
    fc.assert(
      fc.property(code, fc.jsonValue(), (said, data) => {
        const odd = answer(said, data);
        const notAnswered = ['unavailable', 'noSuchAccount', 'closedNow'];
        const notDone = ['unknown', 'rejected', 'duplicate', 'notAttempted'];
        expect(notAnswered).toContain(toQueryOutcome(odd, '31').kind);
        expect(notAnswered).toContain(toPlansOutcome(odd, '35').kind);
        expect(notDone).toContain(toPostingOutcome(odd, posting('r', 100)).kind);
        expect(notDone).toContain(toUndoOutcome(odd, undo('u', 100)).kind);
        // Only "posted", "refused" and "never seen" settle a question; noise never does.
        expect(['unknown', 'notAttempted']).toContain(toPaymentQueryOutcome(odd, 'r').kind);
        expect(['unavailable', 'emptyDay', 'notReady']).toContain(toStatement(odd).kind);
      }),
    );
  });
});
