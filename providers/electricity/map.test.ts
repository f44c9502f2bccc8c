import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { money } from '../../src/kernel/money.ts';
import type { Answer } from './client.ts';
import { toPaymentQueryOutcome, toPostingOutcome, toQueryOutcome } from './map.ts';

function answer(body: string): Answer {
  return {
    kind: 'answer',
    contentType: 'application/json; charset=utf-8',
    fileName: undefined,
    body: Buffer.from(body),
  };
}
function recorded(name: string): Answer {
  return answer(readFileSync(path.join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8'));
}
const reply = (value: unknown) => answer(JSON.stringify(value));
const cny = (amountMinor: number) => money(amountMinor, 'CNY');

describe('arrears as they really send them', () => {
  it('become bills with lines, late fee and readings', () => {
    const outcome = toQueryOutcome(recorded('arrears-three-periods'));
    if (outcome.kind !== 'due') throw new Error(outcome.kind);
    expect(outcome.holder).toEqual({ maskedName: '何**', maskedAddress: '广州市天河区****' });
    expect(
      outcome.bills.map(({ period, amountDue, dueDate }) => [period, amountDue.amountMinor, dueDate]),
    ).toEqual([
      ['2026-08', 16_597, '2026-10-03'],
      ['2026-09', 13_848, '2026-11-03'],
      ['2026-10', 9_069, '2026-12-03'],
    ]);
    expect(outcome.bills[0]?.lines).toEqual([
      {
        kind: 'usage',
        label: { 'zh-CN': '第一档电量', en: 'First tier' },
        amount: cny(15_311),
        quantity: { quantity: '260', unit: 'kWh', unitPrice: '0.58886875' },
      },
      {
        kind: 'usage',
        label: { 'zh-CN': '第二档电量', en: 'Second tier' },
        amount: cny(511),
        quantity: { quantity: '8', unit: 'kWh', unitPrice: '0.63886875' },
      },
      { kind: 'lateFee', label: { 'zh-CN': '违约金', en: 'Late fee' }, amount: cny(775) },
    ]);
    expect(outcome.bills[0]?.facts?.map(({ value }) => value)).toEqual(['阶梯', '268 kWh', '1037', '1305']);
  });

  it('of the time-of-use tariff keep the hours apart from the surcharge', () => {
    const outcome = toQueryOutcome(recorded('arrears-time-of-use'));
    if (outcome.kind !== 'due') throw new Error(outcome.kind);
    expect(outcome.bills[1]?.lines.map(({ kind, amount }) => [kind, amount.amountMinor])).toEqual([
      ['usage', 8_756],
      ['usage', 6_890],
      ['usage', 4_652],
      ['surcharge', 740],
    ]);
  });

  it('are told from nothing due, no such account and closed', () => {
    expect(toQueryOutcome(recorded('arrears-nothing-due'))).toEqual({
      kind: 'nothingDue',
      holder: { maskedName: '林**', maskedAddress: '广州市天河区****' },
      nextBillOn: '2026-12-05',
    });
    expect(toQueryOutcome(recorded('arrears-no-such-account'))).toMatchObject({ kind: 'noSuchAccount' });
    expect(toQueryOutcome(recorded('arrears-maintenance'))).toEqual({
      kind: 'closedNow',
      reason: { code: 'under_maintenance', source: 'agency', detail: 'rtnCode 3002' },
      opensAtMs: Date.parse('2026-11-21T12:30:00+08:00'),
    });
  });

  it('whose sums do not add up are shown to nobody', () => {
    const { body } = recorded('arrears-one-period') as Extract<Answer, { kind: 'answer' }>;
    const text = Buffer.from(body).toString('utf8');
    expect(toQueryOutcome(answer(text)).kind).toBe('due');
    for (const member of ['amt', 'totalAmt', 'penaltyAmt']) {
      const changed = text.replace(new RegExp(`"${member}": ?"[^"]+"`), `"${member}":"999.99"`);
      expect(changed).not.toBe(text);
      expect(toQueryOutcome(answer(changed))).toMatchObject({
        kind: 'unavailable',
        reason: { code: 'answer_not_understood' },
      });
    }
  });

  it('with a name or address left unmasked are masked here', () => {
    const outcome = toQueryOutcome(
      reply({ rtnCode: '1002', data: { consName: '欧阳建国', consAddr: '广州市天河区体育东路98号' } }),
    );
    expect(outcome).toMatchObject({ holder: { maskedName: '欧**', maskedAddress: '广州市天河区****' } });
  });

  it('keep a charge that has no name here under theirs', () => {
    const data = {
      consName: '张*',
      consAddr: '广州****',
      qryNo: 'q',
      totalAmt: '1.00',
      arrears: [
        {
          rcvblNo: 'R1',
          rcvblYm: '202610',
          tariff: 'JT',
          pq: '1',
          lastRd: '1',
          thisRd: '2',
          dueDate: '20261201',
          rcvblAmt: '1.00',
          penaltyAmt: '0.00',
          totalAmt: '1.00',
          items: [{ itemCode: 'ZZ', itemName: '新收费项', pq: '1', prc: '1.00', amt: '1.00' }],
        },
      ],
    };
    expect(toQueryOutcome(reply({ rtnCode: '0000', data }))).toMatchObject({
      bills: [{ lines: [{ kind: 'other', label: { 'zh-CN': '新收费项' } }] }],
    });
  });
});

describe('payments as they really answer them', () => {
  it('are posted, being processed, refused, or never seen', () => {
    expect(toPostingOutcome(recorded('pay-posted'), 'pst_fixture1', cny(39_514))).toEqual({
      kind: 'accepted',
      agencyReference: 'C000000000001',
      postedAtMs: Date.parse('2026-11-21T10:30:00+08:00'),
    });
    expect(toPostingOutcome(recorded('pay-processing'), 'pst_fixture3', cny(10_953))).toEqual({
      kind: 'pending',
      expectedByMs: Date.parse('2026-11-21T10:30:05+08:00'),
    });
    expect(toPostingOutcome(recorded('pay-already-paid'), 'pst_fixture2', cny(39_514))).toEqual({
      kind: 'rejected',
      reason: { code: 'bill_already_paid', source: 'agency', detail: 'rtnCode 2002' },
    });
    expect(toPostingOutcome(recorded('pay-duplicate'), 'pst_fixture1', cny(39_514))).toEqual({
      kind: 'duplicate',
    });
    expect(toPaymentQueryOutcome(recorded('payment-refused'), 'pst_fixture2')).toEqual({
      kind: 'rejected',
      reason: { code: 'bill_already_paid', source: 'agency', detail: 'rtnCode 2002' },
    });
    expect(toPaymentQueryOutcome(recorded('payment-unknown-reference'), 'pst_fixture9')).toMatchObject({
      kind: 'notAttempted',
      reason: { code: 'reference_not_known' },
    });
  });

  it('of another reference or another amount tell nothing about ours', () => {
    expect(toPostingOutcome(recorded('pay-posted'), 'pst_other', cny(39_514)).kind).toBe('unknown');
    expect(toPostingOutcome(recorded('pay-posted'), 'pst_fixture1', cny(39_515)).kind).toBe('unknown');
    expect(toPaymentQueryOutcome(recorded('pay-posted'), 'pst_other').kind).toBe('unknown');
  });

  it('in a state that we do not know are unknown', () => {
    const data = { merOrderNo: 'r', chrgNo: 'C1', payAmt: '1.00', chrgTime: '20261121103000' };
    fc.assert(
      fc.property(fc.string(), (procStatus) => {
        fc.pre(!['S', 'P', 'F'].includes(procStatus));
        const stated = reply({ rtnCode: '0000', data: { ...data, procStatus } });
        expect(toPostingOutcome(stated, 'r', cny(100)).kind).toBe('unknown');
        expect(toPaymentQueryOutcome(stated, 'r').kind).toBe('unknown');
      }),
    );
  });

  it('not now may be told again; a nonce seen before may have been carried out', () => {
    for (const rtnCode of ['3001', '3002', '9001', '9002', '9004']) {
      expect(toPostingOutcome(reply({ rtnCode }), 'r', cny(1)).kind).toBe('notAttempted');
    }
    for (const rtnCode of ['9003', '9999'])
      expect(toPostingOutcome(reply({ rtnCode }), 'r', cny(1)).kind).toBe('unknown');
  });
});

describe('anything at all', () => {
  const FINAL_CODES = ['0000', '1001', '2001', '2002', '2003', '2004', '2005', '2006', '2007', '2008'];
  const NOT_NOW_CODES = ['3001', '3002', '9001', '9002', '9004'];
  const rtnCode = fc.oneof(
    fc.constantFrom(...FINAL_CODES, ...NOT_NOW_CODES, '9003', '4001'),
    fc.string({ minLength: 4, maxLength: 4 }),
  );
  const anything = fc.oneof(
    fc.string().map(answer),
    fc.json().map(answer),
    fc.record({ rtnCode, data: fc.jsonValue() }).map(reply),
  );

  it('comes out as a value, and as certain only when it says so plainly', () => {
    fc.assert(
      fc.property(anything, (odd) => {
        expect(['unavailable', 'noSuchAccount', 'closedNow']).toContain(toQueryOutcome(odd).kind);
        expect(['unknown', 'rejected', 'duplicate', 'notAttempted']).toContain(
          toPostingOutcome(odd, 'r', cny(100)).kind,
        );
        // Only "posted", "refused" and "never seen" settle a question; noise never does.
        expect(['unknown', 'notAttempted']).toContain(toPaymentQueryOutcome(odd, 'r').kind);
      }),
    );
  });
});
