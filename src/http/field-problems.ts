import type { Language } from './problem-catalogue.ts';

type FieldText = Readonly<Record<Language, string>>;

/** What is said about one wrong field; `{name}` is filled from the field problem's `params`. */
export const FIELD_PROBLEMS: Readonly<Record<string, FieldText>> = {
  required: { 'zh-CN': '此项必填。', en: 'This is required.' },
  wrong_type: {
    'zh-CN': '此项的类型不正确，应为 {expected}。',
    en: 'This is of the wrong type; {expected} is expected.',
  },
  too_short: {
    'zh-CN': '此项太短，至少需要 {minimum} 个字符。',
    en: 'This is too short; at least {minimum} characters.',
  },
  too_long: {
    'zh-CN': '此项太长，最多 {maximum} 个字符。',
    en: 'This is too long; at most {maximum} characters.',
  },
  too_few: { 'zh-CN': '至少需要 {minimum} 项。', en: 'At least {minimum} are needed.' },
  too_many: { 'zh-CN': '最多 {maximum} 项。', en: 'At most {maximum} are allowed.' },
  too_small: { 'zh-CN': '此项不能小于 {minimum}。', en: 'This may not be less than {minimum}.' },
  too_large: { 'zh-CN': '此项不能大于 {maximum}。', en: 'This may not be more than {maximum}.' },
  wrong_format: { 'zh-CN': '此项的格式不正确。', en: 'This is not in the right format.' },
  // The agency's own words for what it expects.
  pattern_mismatch: { 'zh-CN': '{mismatch}', en: '{mismatch}' },
  // The pattern fits, and the number itself cannot be right: its check digit, its date, its place.
  check_failed: { 'zh-CN': '{mismatch}', en: '{mismatch}' },
  not_offered: {
    'zh-CN': '请从给出的选项中选择一项。',
    en: 'Please choose one of those that are offered.',
  },
  not_allowed_value: { 'zh-CN': '此项不在可选范围内。', en: 'This is not one of the allowed values.' },
  not_multiple_of: {
    'zh-CN': '此项必须是 {divisor} 的整数倍。',
    en: 'This must be a multiple of {divisor}.',
  },
  unknown_value: {
    'zh-CN': '没有这一项，请刷新页面后重选。',
    en: 'There is no such thing; reload and choose again.',
  },
  unknown_field: { 'zh-CN': '不认识此项。', en: 'This field is not known.' },
  invalid: { 'zh-CN': '此项不正确。', en: 'This is not right.' },
};
