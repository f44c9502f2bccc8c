import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems of saved accounts. */
export const householdsProblems: ProblemCatalogue = {
  saved_account_not_found: {
    'zh-CN': ['没有找到这个账户', '它可能已被删除，请回到首页查看。'],
    en: ['This saved account is not there', 'It may have been removed; go back to the home page.'],
  },
  account_not_found: {
    'zh-CN': ['缴费单位没有这个户号', '请对照账单核对户号后重新填写。'],
    en: ['The agency knows no such account', 'Compare the number with a paper bill and enter it again.'],
  },
  too_many_saved_accounts: {
    'zh-CN': ['保存的账户已满', '最多保存 {maximum} 个账户，请先删除不用的账户。'],
    en: [
      'There is no room for another account',
      'You can keep {maximum}; remove one that you no longer need.',
    ],
  },
};
