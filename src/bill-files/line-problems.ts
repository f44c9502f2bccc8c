import type { LocalText } from '../contract/index.ts';

/** What can be wrong with a line or, where the line is 0, with the file; and what the agency is to do about it. */
export const LINE_PROBLEMS = {
  account_missing: {
    'zh-CN': '没有填户号：请补上这一格',
    en: 'the account is missing: fill in this cell',
  },
  account_wrong_format: {
    'zh-CN': '户号格式不对：请核对位数；若开头的 0 丢了，请把整列设为“文本”格式后重填',
    en: 'not a valid account: count its digits; if leading zeros are gone, format the column as text and fill it in again',
  },
  bill_id_missing: {
    'zh-CN': '没有账单号，也没有账期：请补上其中一项',
    en: 'neither a bill id nor a period: fill in one of them',
  },
  amount_missing: {
    'zh-CN': '没有填金额：请补上；已经缴清的填 0',
    en: 'the amount is missing: fill it in, and 0 where the bill is paid',
  },
  amount_unreadable: {
    'zh-CN': '金额看不懂：请只填数字，例如 123.45',
    en: 'not an amount: write digits only, such as 123.45',
  },
  amount_negative: {
    'zh-CN': '金额小于 0：应退的款项不能作为账单，请删去这一行',
    en: 'below zero: what is owed to the resident is no bill; take the line out',
  },
  amount_finer_than_minor_unit: {
    'zh-CN': '金额超过两位小数：请四舍五入到分',
    en: 'finer than the currency’s smallest unit: round it',
  },
  amount_too_large: {
    'zh-CN': '金额过大：请核对小数点',
    en: 'too large an amount: look at the decimal point',
  },
  date_unreadable: {
    'zh-CN': '日期看不懂：请写成 2026-01-31',
    en: 'not a date: write it as 2026-01-31',
  },
  due_date_missing: {
    'zh-CN': '有逾期金额，却没有缴费期限：请补上期限',
    en: 'there is a late amount and no due date: fill in the date',
  },
  early_date_missing: {
    'zh-CN': '有提前缴费金额，却没有优惠截止日：请补上日期',
    en: 'there is an early amount and no date until which it holds: fill in the date',
  },
  early_not_less: {
    'zh-CN': '提前缴费金额应大于 0，且不高于应缴金额：请核对两个金额',
    en: 'the early amount must be above zero and not above the amount: compare the two',
  },
  early_after_due: {
    'zh-CN': '优惠截止日晚于缴费期限：请核对两个日期',
    en: 'the early amount holds beyond the due date: compare the two dates',
  },
  late_not_more: {
    'zh-CN': '逾期金额低于应缴金额：请核对两个金额',
    en: 'the late amount is below the amount: compare the two',
  },
  charges_differ: {
    'zh-CN': '各项费用加起来不等于金额：请核对各项费用',
    en: 'the charges do not add up to the amount: check them',
  },
  number_too_long: {
    'zh-CN': '数字超过十五位，表格软件已丢失末尾几位：请把整列设为“文本”格式后重填',
    en: 'a number of more than fifteen digits, of which the spreadsheet has lost some: format the column as text and fill it in again',
  },
  quote_not_closed: {
    'zh-CN': '引号没有成对：请补上或删去引号',
    en: 'a quotation mark without its partner: close it or take it out',
  },
  file_unreadable: {
    'zh-CN': '文件无法读取：请另存为 .xlsx 或 .csv 后重新上传',
    en: 'the file cannot be read: save it again as .xlsx or .csv',
  },
  columns_missing: {
    'zh-CN': '找不到设置中的列：请核对表头，或修改列的设置',
    en: 'columns of the setup are not in the heading: compare the heading with the setup',
  },
  no_bills: {
    'zh-CN': '没有一行可用的账单：请核对表头下面的内容',
    en: 'no line is a bill: look at what stands below the heading',
  },
  text_too_long: {
    'zh-CN': '文字过长：请缩短这一格',
    en: 'too long: shorten this cell',
  },
  text_damaged: {
    'zh-CN': '有乱码：请用 UTF-8 或 GB18030 编码重新保存文件',
    en: 'damaged characters: save the file again as UTF-8 or GB18030',
  },
} as const satisfies Record<string, LocalText>;

export type LineProblemCode = keyof typeof LINE_PROBLEMS;
