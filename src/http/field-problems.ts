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
  // Of an agency that a connection lists.
  capability_missing: {
    'zh-CN': '接入方没有这些能力：{capabilities}。',
    en: 'The provider lacks these: {capabilities}.',
  },
  region_unknown: {
    'zh-CN': '不认识这些行政区划代码：{regions}。',
    en: 'These regions are not known: {regions}.',
  },
  reachable_otherwise: {
    'zh-CN': '该单位还有其他通道，请先从它的机构清单中去掉此通道。',
    en: 'The agency has another way: take this one out of its manifest first.',
  },
  // Of an agency's manifest.
  id_of_another: {
    'zh-CN': '须与路径中的机构编号 {agencyId} 一致。',
    en: 'This must be the id in the path, {agencyId}.',
  },
  pattern_not_anchored: {
    'zh-CN': '须是以 ^ 开头、以 $ 结尾的正则表达式。',
    en: 'This must be a regular expression that begins with ^ and ends with $.',
  },
  field_names_doubled: {
    'zh-CN': '有两个输入项重名，请改名。',
    en: 'Two fields have one name; rename one of them.',
  },
  field_name_unknown: {
    'zh-CN': '没有名为“{name}”的输入项，请先在 fields 中声明，或改正名称。',
    en: 'No field is named “{name}”; declare it among the fields, or correct the name.',
  },
  field_not_asked_for: {
    'zh-CN': '没有任何分组用到输入项“{name}”，请加入某个分组或删除它。',
    en: 'No group asks for the field “{name}”; put it in a group, or take it out.',
  },
  last_slab_bounded: {
    'zh-CN': '最后一档不能有上限，请删除它的 upToMinor。',
    en: 'The last slab has no bound; take its upToMinor out.',
  },
  slabs_not_rising: {
    'zh-CN': '各档上限须逐档递增，请重新排列。',
    en: 'The bounds of slabs must rise; put them in order.',
  },
  minimum_above_maximum: {
    'zh-CN': '最小值大于最大值，请改正其一。',
    en: 'The minimum is above the maximum; correct one of them.',
  },
  ends_before_begin: {
    'zh-CN': '结束早于开始，请改正其一。',
    en: 'It ends before it begins; correct one of them.',
  },
  fees_overlap: {
    'zh-CN': '同一付费方在同一天有两项手续费，请改正生效日期。',
    en: 'Two fees of one payer hold on one date; correct their dates.',
  },
  split_empty: {
    'zh-CN': '手续费没有分给任何一方，请至少给一方设定权重。',
    en: 'Nobody gets the fee; give at least one party a weight.',
  },
  nothing_asked_for: {
    'zh-CN': '没有任何输入项，找不到账户；请至少添加一项。',
    en: 'Nothing is asked for, so no account can be found; add at least one field.',
  },
  no_group_enough: {
    'zh-CN': '没有输入组；请写明哪些输入项合起来足以找到账户。',
    en: 'There is no group; say which fields together are enough to find an account.',
  },
  time_zone_unknown: {
    'zh-CN': '不认识的时区，请填写如 Asia/Shanghai 的名称。',
    en: 'This time zone is not known; use a name such as Asia/Shanghai.',
  },
  routes_share_connection: {
    'zh-CN': '有两条线路使用同一个接入，请删除一条。',
    en: 'Two routes go over one connection; take one out.',
  },
  capability_needed: {
    'zh-CN': '需要在 capabilities 中声明 {capability}。',
    en: 'This needs {capability} among the capabilities.',
  },
  pay_needs_query_payment: {
    'zh-CN': '声明了 pay 就必须声明 queryPayment：超时的缴费要能查询结果。',
    en: 'Where there is pay there must be queryPayment: a payment that timed out has to be asked about.',
  },
  operation_not_declared: {
    'zh-CN': '{operation} 未在 capabilities 中声明，请补上或从事项中去掉。',
    en: '{operation} is not among the capabilities; declare it, or take it out of the item.',
  },
  invalid: { 'zh-CN': '此项不正确。', en: 'This is not right.' },
};
