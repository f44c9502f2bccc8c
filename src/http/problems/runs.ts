import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems of matching. */
export const runsProblems: ProblemCatalogue = {
  run_not_found: {
    'zh-CN': ['没有这次对账', '请从对账列表中选择。'],
    en: ['There is no such run', 'Choose one of the list of runs.'],
  },
  row_not_found: {
    'zh-CN': ['对账单中没有这一行', '请核对对账单和行号。'],
    en: ['The statement has no such row', 'Check the statement and the number of the row.'],
  },
  too_many_breaks: {
    'zh-CN': [
      '差错多达 {breakCount} 笔，很可能文件不对',
      '请核对文件、日期和格式设置；没有记账，也没有产生差错。',
    ],
    en: [
      '{breakCount} breaks: the file is probably not the right one',
      'Check the file, its date and its layout; nothing was booked and no break was opened.',
    ],
  },
  later_date_holds: {
    'zh-CN': [
      '更正后的文件少了一行，而 {businessDate} 的对账已经用过它',
      '请先重新对账 {businessDate}，再对这一天。',
    ],
    en: [
      'The revised file lacks a row that the run of {businessDate} has matched',
      'Match {businessDate} again first, and then this date.',
    ],
  },
};
