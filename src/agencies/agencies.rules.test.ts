import fc from 'fast-check';
import type { Manifest } from '../contract/index.ts';
import type { DomainError } from '../kernel/errors.ts';
import { contentHash } from './agencies.rules.ts';
import {
  canonicalInputs,
  checkAmount,
  checkInputs,
  checkSelection,
  maskAccount,
  maskedAccountOf,
  readInputs,
} from './index.ts';
import { regionNames, servingRegions } from './regions.rules.ts';

const text = { 'zh-CN': '户号', en: 'Account number' };
const mismatch = { 'zh-CN': '户号是 10 位数字', en: 'Ten digits' };
const field = (name: string, pattern: string, keyboard: 'numeric' | 'text') => ({
  name,
  label: text,
  pattern,
  maxLength: 10,
  keyboard,
  scannable: false,
  help: text,
  mismatch,
});
/** "Account number, or phone + name". */
const spec: Manifest['inputs'] = {
  fields: [
    field('accountNumber', '\\d{10}', 'numeric'),
    field('phone', '1|1\\d{9}', 'numeric'),
    field('name', '.+', 'text'),
  ],
  groups: [['accountNumber'], ['phone', 'name']],
  accountField: 'accountNumber',
};

describe('inputs', () => {
  const problemsOf = (inputs: Record<string, string>) =>
    checkInputs(spec, inputs).map(({ pointer, code }) => `${pointer} ${code}`);

  it('are enough when one group is complete, and point to what the nearest group lacks', () => {
    expect(problemsOf({ accountNumber: '0123456789' })).toEqual([]);
    expect(problemsOf({ phone: '1000000000', name: '张三' })).toEqual([]);
    expect(problemsOf({})).toEqual(['#/inputs/accountNumber required']);
    expect(problemsOf({ name: '张三' })).toEqual(['#/inputs/accountNumber required']);
  });

  it('name each wrong field, and say it in the words of the manifest', () => {
    expect(checkInputs(spec, { accountNumber: '12' })).toEqual([
      { pointer: '#/inputs/accountNumber', code: 'pattern_mismatch', params: { mismatch } },
    ]);
    expect(problemsOf({ accountNumber: '01234567890' })).toEqual(['#/inputs/accountNumber too_long']);
    expect(problemsOf({ accountNumber: '0123456789', 'a/~b': 'x' })).toEqual([
      '#/inputs/a~1~0b unknown_field',
    ]);
    // Every alternative of a pattern is anchored, not the outer ones only.
    expect(problemsOf({ phone: '1x', name: '张三' })).toEqual(['#/inputs/phone pattern_mismatch']);
  });

  it('are read as they were meant: full-width digits, blanks between groups, empty fields', () => {
    expect(readInputs(spec, { accountNumber: ' ０１２３ 4567 89 ', phone: ' ' })).toEqual({
      accountNumber: '0123456789',
    });
    expect(readInputs(spec, { phone: '1', name: ' San Zhang ' })).toEqual({ phone: '1', name: 'San Zhang' });
    expect(() => readInputs(spec, { accountNumber: 'x' })).toThrow('inputs_invalid');
  });

  it('are none where there are no bills to ask for', () => {
    const none = { fields: [], groups: [], accountField: '' };
    const typed: Record<string, string>[] = [{}, { accountNumber: '1' }];
    for (const raw of typed) {
      expect(() => readInputs(none, raw)).toThrow('agency_has_no_bills');
    }
    expect(checkInputs(none, {})).toEqual([]);
  });

  it('must be one of those offered, and pass the check of their field', () => {
    const ours = { 'zh-CN': '身份证号有误', en: 'Not an identity number' };
    const checked: Manifest['inputs'] = {
      fields: [
        {
          ...field('identityNumber', '^[0-9]{17}[0-9X]$', 'text'),
          keyboard: 'idNumber',
          maxLength: 18,
          check: 'identityNumber',
          mismatch: ours,
        },
        { ...field('plate', '^.+$', 'text'), check: 'plateNumber' },
        { ...field('grade', '^[a-z]+$', 'text'), presets: [{ value: 'low', label: text }] },
      ],
      groups: [['identityNumber'], ['plate'], ['grade']],
      accountField: 'identityNumber',
    };
    expect(readInputs(checked, { identityNumber: ' 110105 19491231 002x ' })).toEqual({
      identityNumber: '11010519491231002X',
    });
    expect(readInputs(checked, { plate: '粤a·d12345' })).toEqual({ plate: '粤AD12345' });
    expect(readInputs(checked, { grade: 'low' })).toEqual({ grade: 'low' });
    const codes = (inputs: Record<string, string>) => checkInputs(checked, inputs);
    expect(codes({ identityNumber: '110105194912310020' })).toEqual([
      { pointer: '#/inputs/identityNumber', code: 'check_failed', params: { mismatch: ours } },
    ]);
    expect(codes({ plate: '粤AI2345' })).toMatchObject([{ code: 'check_failed' }]);
    expect(codes({ grade: 'high' })).toEqual([{ pointer: '#/inputs/grade', code: 'not_offered' }]);
  });

  it('come out unchanged when read again, and are either refused or without problems', () => {
    const raw = fc.dictionary(
      fc.constantFrom('accountNumber', 'phone', 'name', 'other'),
      fc.oneof(fc.stringMatching(/^\d{0,11}$/), fc.string({ unit: 'grapheme', maxLength: 12 })),
    );
    fc.assert(
      fc.property(raw, (inputs) => {
        try {
          const read = readInputs(spec, inputs);
          expect(checkInputs(spec, read)).toEqual([]);
          expect(readInputs(spec, read)).toEqual(read);
        } catch (error) {
          expect((error as DomainError).code).toBe('inputs_invalid');
          expect((error as DomainError).fields.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('have one canonical text whatever order they came in', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.string(), fc.string()), { selector: ([name]) => name }),
        (entries) => {
          const [there, back] = [Object.fromEntries(entries), Object.fromEntries(entries.toReversed())];
          expect(canonicalInputs(there)).toBe(canonicalInputs(back));
          expect(JSON.parse(canonicalInputs(there))).toEqual(there);
        },
      ),
    );
  });
});

describe('masking', () => {
  it('shows the last four characters at most, and never more than half', () => {
    expect(maskAccount('0312345678901')).toBe('****8901');
    expect(maskAccount('123')).toBe('****3');
    expect(maskAccount('')).toBe('****');
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9A-Z]{0,40}$/), (account) => {
        const shown = maskAccount(account).slice(4);
        expect(account.endsWith(shown)).toBe(true);
        expect(shown.length).toBe(Math.min(4, Math.floor(account.length / 2)));
      }),
    );
  });

  it('masks the field that names the account, else the first that was given', () => {
    expect(maskedAccountOf(spec, { name: '张三', phone: '1000001234' })).toBe('****1234');
    expect(maskedAccountOf(spec, { phone: '1000001234', accountNumber: '0123456789' })).toBe('****6789');
  });
});

describe('checkAmount', () => {
  const amount = fc.integer({ min: 1, max: 1_000_000 });

  it('follows each rule', () => {
    fc.assert(
      fc.property(amount, amount, amount, amount, (dueMinor, amountMinor, a, b) => {
        const [minimumMinor, maximumMinor] = [Math.min(a, b), Math.max(a, b)];
        const allows = (rule: Manifest['amountRule']) => checkAmount(rule, dueMinor, amountMinor) === null;
        expect(allows({ kind: 'exact' })).toBe(amountMinor === dueMinor);
        expect(allows({ kind: 'atLeast' })).toBe(amountMinor >= dueMinor);
        expect(allows({ kind: 'any', minimumMinor })).toBe(amountMinor >= minimumMinor);
        expect(allows({ kind: 'range', minimumMinor, maximumMinor })).toBe(
          amountMinor >= minimumMinor && amountMinor <= maximumMinor,
        );
        expect(allows({ kind: 'multipleOf', stepMinor: a })).toBe(amountMinor % a === 0);
        if (allows({ kind: 'atMost', minimumMinor })) expect(amountMinor).toBeLessThanOrEqual(dueMinor);
        // Whatever the minimum, what is due can be paid.
        expect(checkAmount({ kind: 'atMost', minimumMinor }, dueMinor, dueMinor)).toBeNull();
      }),
    );
  });

  it('refuses, under every rule, what is not a positive whole number of minor units', () => {
    const rules: Manifest['amountRule'][] = [
      { kind: 'exact' },
      { kind: 'atLeast' },
      { kind: 'atMost', minimumMinor: 1 },
      { kind: 'any', minimumMinor: 1 },
      { kind: 'range', minimumMinor: 1, maximumMinor: 9 },
      { kind: 'multipleOf', stepMinor: 1 },
    ];
    for (const rule of rules) {
      for (const wrong of [0, -5, 1.5, Number.NaN, 2 ** 53]) {
        expect(checkAmount(rule, wrong, wrong)).toBe('notPositive');
      }
    }
  });

  it('says which bound was missed', () => {
    expect(checkAmount({ kind: 'exact' }, 100, 99)).toBe('notTheAmountDue');
    expect(checkAmount({ kind: 'atMost', minimumMinor: 50 }, 100, 101)).toBe('aboveMaximum');
    expect(checkAmount({ kind: 'atMost', minimumMinor: 50 }, 100, 49)).toBe('belowMinimum');
    expect(checkAmount({ kind: 'multipleOf', stepMinor: 50 }, 100, 51)).toBe('notAMultiple');
    const wholeYuan = { kind: 'range', minimumMinor: 100, maximumMinor: 500, stepMinor: 100 } as const;
    expect([99, 100, 150, 200, 501].map((minor) => checkAmount(wholeYuan, 0, minor))).toEqual([
      'belowMinimum',
      null,
      'notAMultiple',
      null,
      'aboveMaximum',
    ]);
  });
});

describe('checkSelection', () => {
  const bills = ['2025-08', '2025-09', '2025-09', '2025-10'].map((period, i) => ({
    billId: `b${i}`,
    period,
  }));
  const check = (shape: Manifest['billShape'], ...chosen: string[]) => checkSelection(shape, bills, chosen);

  it('wants something known, once', () => {
    for (const shape of ['one', 'all', 'some', 'oldestFirst'] as const) {
      expect(check(shape)).toBe('nothingChosen');
      expect(check(shape, 'b0', 'b0')).toBe('chosenTwice');
      expect(check(shape, 'b0', 'zz')).toBe('unknownBill');
    }
  });

  it('follows each shape', () => {
    expect(check('one', 'b2')).toBeNull();
    expect(check('one', 'b1', 'b2')).toBe('onlyOneAtATime');
    expect(check('all', 'b3', 'b2', 'b1', 'b0')).toBeNull();
    expect(check('all', 'b0', 'b1', 'b2')).toBe('allTogether');
    expect(check('some', 'b3', 'b1')).toBeNull();
    expect(check('oldestFirst', 'b0')).toBeNull();
    // Two bills of one period may be paid in either order.
    expect(check('oldestFirst', 'b0', 'b2')).toBeNull();
    expect(check('oldestFirst', 'b0', 'b3')).toBe('olderFirst');
    expect(check('oldestFirst', 'b1')).toBe('olderFirst');
  });

  it('lets pay everything under every shape but "one", and oldest first is what sorting by period says', () => {
    const some = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(some, fc.nat(), (months, seed) => {
        const due = months.map((month) => ({ billId: `m${month}`, period: String(100 + month) }));
        const all = due.map((bill) => bill.billId);
        for (const shape of ['all', 'some', 'oldestFirst'] as const) {
          expect(checkSelection(shape, due, all)).toBeNull();
        }
        const count = 1 + (seed % all.length);
        const oldest = months.toSorted((a, b) => a - b).slice(0, count);
        expect(
          checkSelection(
            'oldestFirst',
            due,
            oldest.map((month) => `m${month}`),
          ),
        ).toBeNull();
      }),
    );
  });
});

describe('contentHash', () => {
  it('does not depend on the order of keys, at any depth, and does on everything else', () => {
    expect(contentHash({ a: 1, b: { c: [1, { d: 2, e: 3 }] } })).toBe(
      contentHash({ b: { c: [1, { e: 3, d: 2 }] }, a: 1 }),
    );
    expect(contentHash({ a: [1, 2] })).not.toBe(contentHash({ a: [2, 1] }));
  });
});

describe('regions', () => {
  it('have names in both languages, and nest', () => {
    expect(regionNames('440100')).toEqual({ 'zh-CN': '广州市', en: 'Guangzhou' });
    expect(regionNames('150000')).toEqual({ 'zh-CN': '内蒙古自治区', en: 'Inner Mongolia' });
    expect(regionNames('429021')).toEqual({ 'zh-CN': '神农架林区', en: 'Shennongjia' });
    expect(regionNames('999999')).toBeNull();
    expect(servingRegions('440106')).toEqual(['440106', '440100', '440000']);
    expect(servingRegions('440000')).toEqual(['440000']);
  });
});
