import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems of taking statements in. */
export const statementsProblems: ProblemCatalogue = {
  statement_source_not_found: {
    'zh-CN': ['没有这个对账来源', '请从对账来源列表中重新选择。'],
    en: ['There is no such source of statements', 'Choose one of the list of sources.'],
  },
  statement_source_day_fixed: {
    'zh-CN': ['机构的日切和币种由其清单决定', '请在机构清单中修改 cutOff、currency，发布后自动生效。'],
    en: [
      'An agency’s day and currency are what its manifest says',
      'Change cutOff or currency in the manifest; it takes effect once that is live.',
    ],
  },
  statement_not_found: {
    'zh-CN': ['没有这份对账单', '请从对账单列表中重新选择。'],
    en: ['There is no such statement', 'Choose one of the list of statements.'],
  },
  statement_decided: {
    'zh-CN': ['这份对账单不在等待决定（{status}）', '请刷新后查看它现在的状态。'],
    en: ['This statement does not wait for a decision ({status})', 'Look at it again, as it is now.'],
  },
  statement_not_whole: {
    'zh-CN': ['文件不完整或无法读取，不能放行', '请让对方重新提供完整的文件，再上传或重新获取。'],
    en: [
      'The file is not whole, or can’t be read, and nobody can let it in',
      'Ask the other side for the whole file, and upload or fetch it again.',
    ],
  },
  statement_replaced: {
    'zh-CN': ['已有更新的版本生效', '请改看最新版本；旧版本只能拒绝。'],
    en: ['A newer revision holds already', 'Look at the newest revision; this one can only be refused.'],
  },
  statement_file_missing: {
    status: 422,
    'zh-CN': ['没有收到文件', '请把对账单文件的内容作为请求正文上传。'],
    en: ['No file came', 'Send the statement’s file itself as the body of the request.'],
  },
};
