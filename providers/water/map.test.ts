import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { money } from '../../src/kernel/money.ts';
import { parseXml, type XmlValue, xmlValue } from '../../src/kernel/xml.ts';
import type { Answer } from './client.ts';
import {
  toPaymentQueryOutcome,
  toPostingOutcome,
  toQueryOutcome,
  toStatement,
  toUndoOutcome,
} from './map.ts';
import { messageSchema } from './wire.ts';

const read = (xml: string): Answer => {
  const message = messageSchema.parse(
    xmlValue(parseXml(xml, { maxChars: 1_000_000, maxDepth: 8, maxElements: 10_000 })),
  );
  return { kind: 'answer', rtnCode: message.head.rtnCode, body: message.body };
};
const xmlOf = (name: string) =>
  readFileSync(path.join(import.meta.dirname, 'fixtures', `${name}.xml`), 'utf8');
const recorded = (name: string) => read(xmlOf(name));
const answer = (rtnCode: string, body: XmlValue = ''): Answer => ({ kind: 'answer', rtnCode, body });
const cny = (amountMinor: number) => money(amountMinor, 'CNY');
const undo = (reference: string, amountMinor: number) => ({
  reference,
  originalReference: 'pst_fixture1',
  amount: cny(amountMinor),
});

describe('bills as they really send them', () => {
  it('become bills with tiers, sewage, waste and late fee', () => {
    const outcome = toQueryOutcome(recorded('bills-two-periods'), '6000000031');
    if (outcome.kind !== 'due') throw new Error(outcome.kind);
    expect(outcome.holder).toEqual({ maskedName: '许**', maskedAddress: '广州市海珠区****' });
    expect(outcome.account).toBe('6000000031');
    expect(
      outcome.bills.map(({ period, amountDue, dueDate }) => [period, amountDue.amountMinor, dueDate]),
    ).toEqual([
      ['2026-08', 14_545, '2026-10-05'],
      ['2026-10', 12_134, '2026-12-03'],
    ]);
    expect(outcome.bills[0]?.lines).toEqual([
      {
        kind: 'usage',
        label: { 'zh-CN': '第一级水费', en: 'First tier' },
        amount: cny(8_712),
        quantity: { quantity: '44', unit: 'm³', unitPrice: '1.9800' },
      },
      {
        kind: 'sewage',
        label: { 'zh-CN': '污水处理费', en: 'Sewage treatment' },
        amount: cny(4_180),
        quantity: { quantity: '44', unit: 'm³', unitPrice: '0.9500' },
      },
      {
        kind: 'surcharge',
        label: { 'zh-CN': '生活垃圾处理费', en: 'Household waste' },
        amount: cny(1_000),
        quantity: { quantity: '2', unit: '月', unitPrice: '5.0000' },
      },
      { kind: 'lateFee', label: { 'zh-CN': '违约金', en: 'Late fee' }, amount: cny(653) },
    ]);
    expect(outcome.bills[0]?.facts?.map(({ value }) => value)).toEqual(['2', '44 m³', '131', '175']);
    const tiers = toQueryOutcome(recorded('bills-three-tiers'), '6000000023');
    if (tiers.kind !== 'due') throw new Error(tiers.kind);
    expect(tiers.bills[0]?.lines.map(({ amount }) => amount.amountMinor)).toEqual([
      10_296, 4_752, 7_128, 8_170, 1_000,
    ]);
  });

  it('are told from nothing due, no such account and closed', () => {
    expect(toQueryOutcome(recorded('bills-nothing-due'), '6000000049')).toEqual({
      kind: 'nothingDue',
      holder: { maskedName: '沈**', maskedAddress: '广州市海珠区****' },
    });
    expect(toQueryOutcome(recorded('bills-no-such-account'), '6')).toMatchObject({ kind: 'noSuchAccount' });
    expect(toQueryOutcome(recorded('bills-maintenance'), '6')).toEqual({
      kind: 'closedNow',
      reason: { code: 'under_maintenance', source: 'agency', detail: 'RtnCode 400002' },
      opensAtMs: Date.parse('2026-11-21T12:30:00+08:00'),
    });
  });

  it('of another account are shown to nobody', () => {
    expect(toQueryOutcome(recorded('bills-two-periods'), '6000000023')).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'answer_not_understood' },
    });
  });

  it.each([
    ['a sum that does not add up', '<TotalAmt>145.45<', '<TotalAmt>145.46<'],
    ['a late fee that is not in the sum', '<LateFee>6.53<', '<LateFee>0.00<'],
    ['an amount with one digit', '<Amt>41.80<', '<Amt>41.8<'],
    ['an amount in another writing', '<LateFee>6.53<', '<LateFee>6.53e0<'],
    ['an amount below zero', '<LateFee>6.53<', '<LateFee>-6.53<'],
    ['an element twice', '<LateFee>6.53</LateFee>', '<LateFee>6.53</LateFee><LateFee>6.53</LateFee>'],
    ['an element missing', '<DueDate>20261005</DueDate>', ''],
    ['a number that no column can hold', '<BillNo>B00000000003<', `<BillNo>${'B'.repeat(65)}<`],
  ])('with %s are shown to nobody', (_, from, to) => {
    const changed = xmlOf('bills-two-periods').replace(from, to);
    expect(changed).not.toBe(xmlOf('bills-two-periods'));
    expect(toQueryOutcome(read(changed), '6000000031')).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'answer_not_understood' },
    });
  });

  it('keep a charge that has no name here under theirs, and mask what comes unmasked', () => {
    const changed = xmlOf('bills-two-periods')
      .replaceAll('<Code>LJ</Code><Name>生活垃圾处理费<', '<Code>ZZ</Code><Name>新收费项<')
      .replace('许**', '许志明')
      .replace('广州市海珠区****', '广州市海珠区昌岗中路166号');
    expect(toQueryOutcome(read(changed), '6000000031')).toMatchObject({
      holder: { maskedName: '许**', maskedAddress: '广州市海珠区****' },
      bills: [{ lines: [{}, {}, { kind: 'other', label: { 'zh-CN': '新收费项' } }, {}] }, {}],
    });
  });
});

describe('payments as they really answer them', () => {
  it('are posted, being processed, refused, or never seen', () => {
    expect(toPostingOutcome(recorded('pay-posted'), 'pst_fixture1', cny(10_083))).toEqual({
      kind: 'accepted',
      agencyReference: 'P000000000001',
      postedAtMs: Date.parse('2026-11-21T10:30:00+08:00'),
    });
    expect(toPostingOutcome(recorded('pay-processing'), 'pst_fixture3', cny(15_064))).toEqual({
      kind: 'pending',
      expectedByMs: Date.parse('2026-11-21T10:30:05+08:00'),
    });
    expect(toPostingOutcome(recorded('pay-already-paid'), 'pst_fixture2', cny(10_083))).toEqual({
      kind: 'rejected',
      reason: { code: 'bill_already_paid', source: 'agency', detail: 'RtnCode 200002' },
    });
    expect(toPostingOutcome(recorded('pay-duplicate'), 'pst_fixture1', cny(10_083))).toEqual({
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

  it('of another reference or another amount tell nothing about ours', () => {
    expect(toPostingOutcome(recorded('pay-posted'), 'pst_other', cny(10_083)).kind).toBe('unknown');
    expect(toPostingOutcome(recorded('pay-posted'), 'pst_fixture1', cny(10_084)).kind).toBe('unknown');
    expect(toPaymentQueryOutcome(recorded('pay-posted'), 'pst_other').kind).toBe('unknown');
  });

  it('in a state that we do not know are unknown', () => {
    fc.assert(
      fc.property(fc.string(), (Status) => {
        fc.pre(!['1', '2', '3'].includes(Status));
        const stated = answer('000000', {
          OrderNo: ['r'],
          ReceiptNo: ['P1'],
          PayAmt: ['1.00'],
          Status: [Status],
          PostTime: ['20261121103000'],
        });
        expect(toPostingOutcome(stated, 'r', cny(100)).kind).toBe('unknown');
        expect(toPaymentQueryOutcome(stated, 'r').kind).toBe('unknown');
      }),
    );
  });

  it('not now may be told again; a message seen before may have been carried out', () => {
    for (const code of ['400001', '400002', '900001', '900002', '900004']) {
      expect(toPostingOutcome(answer(code), 'r', cny(1)).kind).toBe('notAttempted');
    }
    for (const code of ['900003', '777888']) {
      expect(toPostingOutcome(answer(code), 'r', cny(1)).kind).toBe('unknown');
    }
  });
});

describe('undoing as they really answer it', () => {
  it('is done, or refused', () => {
    expect(toUndoOutcome(recorded('undo-done'), undo('und_fixture1', 10_083))).toEqual({
      kind: 'accepted',
      agencyReference: 'U000000000002',
      undoneAtMs: Date.parse('2026-11-21T10:30:00+08:00'),
    });
    expect(toUndoOutcome(recorded('undo-too-early'), undo('und_fixture2', 10_083))).toMatchObject({
      kind: 'rejected',
      reason: { code: 'refused_by_agency', detail: 'RtnCode 300004' },
    });
  });

  it('of another reference, original or amount tells nothing about ours', () => {
    const right = undo('und_fixture1', 10_083);
    for (const wrong of [
      { reference: 'und_other' },
      { originalReference: 'pst_other' },
      { amount: cny(10_082) },
    ]) {
      expect(toUndoOutcome(recorded('undo-done'), { ...right, ...wrong }).kind).toBe('unknown');
    }
  });
});

describe('the daily file as they really send it', () => {
  it('is a file, not ready, or of a day without payments', () => {
    const file = toStatement(recorded('file'));
    if (file.kind !== 'ready') throw new Error(file.kind);
    expect(file.fileName).toBe('GZSW_civicpay_20261121.dat');
    const lines = new TextDecoder('gb18030').decode(file.content).split('\r\n');
    expect(lines[0]).toMatch(/^HEAD20261121civicpay {8}00000003 +150\.64$/);
    expect(lines[1]).toContain('广州市海珠区');
    expect(toStatement(recorded('file-not-ready'))).toEqual({
      kind: 'notReady',
      availableAtMs: Date.parse('2026-11-22T00:30:00+08:00'),
    });
    expect(toStatement(recorded('file-empty-day'))).toEqual({ kind: 'emptyDay' });
  });

  it('that is not what its digest says, or is named like a path, is no file', () => {
    for (const [from, to] of [
      [/<Digest>./, '<Digest>g'],
      [/<Content>..../, '<Content>AAAA'],
      ['<FileName>GZSW', '<FileName>../GZSW'],
    ] as const) {
      expect(toStatement(read(xmlOf('file').replace(from, to))).kind).toBe('unavailable');
    }
  });
});

describe('anything at all', () => {
  const FINAL = [
    '000000',
    '100001',
    '200001',
    '200002',
    '200003',
    '200004',
    '200005',
    '200006',
    '200009',
    '300001',
  ];
  const rtnCode = fc.oneof(
    fc.constantFrom(...FINAL, '400001', '900001', '900003', '500001', '500002'),
    fc.stringMatching(/^\d{6}$/),
  );
  const { value } = fc.letrec<{ value: XmlValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string(),
      fc.dictionary(fc.constantFrom('OrderNo', 'Status', 'PayAmt', 'Bill', 'x'), fc.array(tie('value'))),
    ),
  }));

  it('comes out as a value, and as certain only when it says so plainly', () => {
    fc.assert(
      fc.property(rtnCode, value, (code, body) => {
        const odd = answer(code, body);
        expect(['unavailable', 'noSuchAccount', 'closedNow']).toContain(toQueryOutcome(odd, '6').kind);
        expect(['unknown', 'rejected', 'duplicate', 'notAttempted']).toContain(
          toPostingOutcome(odd, 'r', cny(100)).kind,
        );
        expect(['unknown', 'rejected', 'duplicate', 'notAttempted']).toContain(
          toUndoOutcome(odd, undo('u', 100)).kind,
        );
        // Only "posted", "refused" and "never seen" settle a question; noise never does.
        expect(['unknown', 'notAttempted']).toContain(toPaymentQueryOutcome(odd, 'r').kind);
        expect(['unavailable', 'emptyDay', 'notReady']).toContain(toStatement(odd).kind);
      }),
    );
  });
});
