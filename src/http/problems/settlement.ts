import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems of paying agencies what was collected for them. */
export const settlementProblems: ProblemCatalogue = {
  acknowledgement_mismatch: {
    'zh-CN': ['银行的回执与付款文件对不上（{why}）', '回执没有入账。请向银行核对，取得正确的回执后再导入。'],
    en: [
      'The bank’s answer does not fit the payout file ({why})',
      'Nothing of it was taken. Ask the bank, and take in the answer that fits.',
    ],
  },
  agency_sends_no_statement: {
    'zh-CN': [
      '这家机构没有对账文件',
      '没对过账的款项不结算：代收的钱留在应付缴费单位科目。请让它的接入提供每个业务日的对账文件。',
    ],
    en: [
      'This agency sends no statements',
      'Only what is reconciled is settled: what was collected stays in agency payable. Have its connection bring a file of each business date.',
    ],
  },
  calendar_year_unpublished: {
    'zh-CN': [
      '{year} 年的节假日安排还没有公布',
      '请在国务院办公厅公布后更新日历，再继续；系统不会猜测工作日。',
    ],
    en: [
      'The holidays of {year} are not published yet',
      'Add them to the calendar once the State Council has announced them, and go on then; workdays are not guessed.',
    ],
  },
  payout_batch_invalid: {
    status: 422,
    'zh-CN': ['付款文件无法生成', '请改正所列各项（户名、账号、行号、编号或金额），然后重新生成。'],
    en: [
      'The payout file cannot be made',
      'Correct the entries listed (holder, account, bank code, id or amount), and make it again.',
    ],
  },
  month_before_open: {
    'zh-CN': ['上一个月还没有结账', '请先为 {month} 结账；月份按顺序结账。'],
    en: ['The month before is still open', 'Close {month} first: months are closed in their order.'],
  },
  month_closed: {
    'zh-CN': ['{month} 已经结账', '结账后的月份不再变动；之后的凭证计入下一个未结账的月份。'],
    en: [
      '{month} is closed already',
      'It does not change any more; what is booked now belongs to the next open month.',
    ],
  },
  month_not_over: {
    'zh-CN': ['{month} 还没有结束', '请在该月最后一天过后再结账。'],
    en: ['{month} is not over', 'Close it after its last day.'],
  },
  payer_missing: {
    'zh-CN': [
      '还没有设置付款账户',
      '请由运维设置 PAYOUT_ACCOUNT（本平台的付款账户），然后重新生成付款文件。',
    ],
    en: [
      'No account is set that payouts leave',
      'Have PAYOUT_ACCOUNT (the platform’s own account) set, then make the file again.',
    ],
  },
  payout_answer_unreadable: {
    'zh-CN': [
      '无法读取银行的回执（第 {line} 行，{code}）',
      '回执没有入账。请上传银行给出的原文件：pain.002，或约定格式的 CSV。',
    ],
    en: [
      'The bank’s answer can’t be read (line {line}, {code})',
      'Nothing of it was taken. Upload the file as the bank gave it: a pain.002, or the CSV that was agreed on.',
    ],
  },
  payout_approved_already: {
    'zh-CN': ['该付款文件已有两人批准', '现在可以发送。'],
    en: ['Two people have approved this file', 'It can be sent now.'],
  },
  payout_approved_by_you: {
    'zh-CN': ['您已经批准过该付款文件', '还需要另一位工作人员批准。'],
    en: ['You have approved this file already', 'It needs the approval of another member of staff.'],
  },
  payout_batch_not_found: {
    'zh-CN': ['没有这个付款文件', '请刷新付款列表。'],
    en: ['There is no such payout file', 'Reload the list of payouts.'],
  },
  payout_batch_over: {
    'zh-CN': ['该付款文件不能再更改', '它的状态是 {state}；请刷新后再决定。'],
    en: ['This payout file can’t be changed any more', 'Its state is {state}; reload and decide again.'],
  },
  payout_hash_differs: {
    'zh-CN': [
      '批准的内容与付款文件不一致',
      '您看到的哈希值不是这个文件的。请重新打开文件，核对金额和哈希值后再批准。',
    ],
    en: [
      'What you approve is not this file',
      'The hash that you looked at is another one. Open the file again, compare its sum and hash, and approve then.',
    ],
  },
  payout_not_approved: {
    'zh-CN': ['付款文件还没有两人批准', '请由制单人以外的两位工作人员核对哈希值并批准，然后发送。'],
    en: [
      'The payout file lacks approvals',
      'Two members of staff other than its maker approve its hash, and then it can be sent.',
    ],
  },
  payout_not_sent: {
    'zh-CN': ['回执对应的付款文件还没有发送', '请先发送付款文件，或向银行核对回执。'],
    en: ['The file that is answered was not sent', 'Send it first, or ask the bank about its answer.'],
  },
  payouts_none_due: {
    'zh-CN': [
      '没有到期可付的结算',
      '到期的结算都已在付款文件中，或收款账户缺失、有误（{notPayable} 笔）；未到期的到期日再付。',
    ],
    en: [
      'Nothing is due that can be paid',
      'What is due by today is in a file already, or its account is missing or wrong ({notPayable}). The rest is paid on the day it is due.',
    ],
  },
  payouts_taken: {
    'zh-CN': ['另一位工作人员刚刚生成了付款文件', '请刷新付款列表；每笔结算只付一次。'],
    en: ['Somebody else has just made a payout file', 'Reload the list: each settlement is paid once.'],
  },
  settlement_not_found: {
    'zh-CN': ['没有这笔结算', '请刷新结算列表。'],
    en: ['There is no such settlement', 'Reload the list of settlements.'],
  },
  terms_currency_fixed: {
    'zh-CN': ['结算币种不能更改', '该机构以 {currency} 结算；其他币种请另设机构。'],
    en: [
      'The currency of settlement can’t be changed',
      'This agency is settled in {currency}; another currency needs another agency.',
    ],
  },
  terms_decided: {
    'zh-CN': ['该结算条款已有结论', '它的状态是 {state}；如有需要请重新提交。'],
    en: ['These terms have been decided', 'Their state is {state}; submit new ones if need be.'],
  },
  terms_not_found: {
    'zh-CN': ['没有这份结算条款', '请刷新条款列表。'],
    en: ['There are no such terms', 'Reload the list of terms.'],
  },
  terms_too_late: {
    'zh-CN': ['生效日期已经结算过', '该机构已结算到 {settledTo}；请选择之后的日期。'],
    en: [
      'Dates are settled already that the terms would change',
      'The agency is settled up to {settledTo}: choose a later date.',
    ],
  },
};
