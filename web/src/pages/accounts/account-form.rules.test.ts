import type { AgencyDetail, InputField } from '../../api/types.ts';
import { accountLabelOf, cleanInputs, fieldsOfGroup, groupOf, mismatches } from './account-form.rules.ts';

const text = { 'zh-CN': '文', en: 'text' };
const field = (
  name: string,
  keyboard: InputField['keyboard'],
  pattern: string,
  maxLength: number,
): InputField => ({
  name,
  keyboard,
  pattern,
  maxLength,
  label: text,
  scannable: false,
  placeholder: null,
  help: text,
  mismatch: text,
  picture: null,
  check: null,
  presets: null,
});
const accountNumber = field('accountNumber', 'numeric', '\\d{4}|\\d{6}', 6);
const phone = field('phone', 'tel', '1\\d{10}', 11);
const holder = field('holder', 'text', '.{2,}', 4);
const agency = {
  inputs: {
    fields: [accountNumber, phone, holder],
    groups: [['accountNumber'], ['holder', 'phone']],
    accountField: 'accountNumber',
  },
} as unknown as AgencyDetail;

describe('the form of an agency', () => {
  it('asks for the fields of the chosen group, in the order of the manifest', () => {
    expect(fieldsOfGroup(agency, 0)).toEqual([accountNumber]);
    expect(fieldsOfGroup(agency, 1)).toEqual([phone, holder]);
    expect(fieldsOfGroup(agency, 2)).toEqual([]);
  });

  it('calls the account what the agency calls it, where every way names it', () => {
    expect(accountLabelOf(agency)).toBeNull();
    const { inputs } = agency;
    const oneWay = { ...agency, inputs: { ...inputs, groups: [['phone', 'accountNumber']] } };
    expect(accountLabelOf(oneWay)).toBe(accountNumber.label);
  });

  it('comes back as it was filled in', () => {
    expect(groupOf(agency, { phone: '1', holder: '2' })).toBe(1);
    expect(groupOf(agency, { accountNumber: '1' })).toBe(0);
    expect(groupOf(agency, {})).toBe(0);
  });

  it('writes plates and identity numbers as they are registered', () => {
    const plate = { ...field('plate', 'text', '.*', 10), check: 'plateNumber' as const };
    const identity = field('identity', 'idNumber', '.*', 18);
    const typed = { plate: ' 粤a·12 345', identity: '11010519491231002x' };
    expect(cleanInputs([plate, identity], typed)).toEqual({
      plate: '粤A12345',
      identity: '11010519491231002X',
    });
  });

  it('sends only those, without what was copied along', () => {
    const typed = { accountNumber: '９９', phone: ' 138-0013 8000 ', holder: ' 陈 晓明 ' };
    expect(cleanInputs([phone, holder], typed)).toEqual({ phone: '13800138000', holder: '陈 晓明' });
    expect(cleanInputs([accountNumber], { accountNumber: '１２３４' })).toEqual({ accountNumber: '1234' });
  });

  it('holds a value to the whole pattern and to the length', () => {
    expect(mismatches([accountNumber], { accountNumber: '1234' })).toEqual([]);
    // Both sides of the alternative are anchored.
    expect(mismatches([accountNumber], { accountNumber: '12345' })).toEqual(['accountNumber']);
    expect(mismatches([holder], { holder: '陈晓明明明' })).toEqual(['holder']);
    expect(mismatches([phone, holder], {})).toEqual(['phone', 'holder']);
  });
});
