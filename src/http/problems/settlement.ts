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
};
