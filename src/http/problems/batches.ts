import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems of the business dates of sources. */
export const batchesProblems: ProblemCatalogue = {
  batch_not_found: {
    'zh-CN': ['没有这个对账批次', '请检查来源和业务日期；日期开始后一分钟内会自动排入计划。'],
    en: [
      'There is no such batch',
      'Check source and business date: a date is planned within a minute of its beginning.',
    ],
  },
  batch_state_wrong: {
    'zh-CN': ['批次当前不能这样操作', '它目前的状态是 {state}；请刷新后再决定。'],
    en: ['This is not possible now', 'The batch is {state}: reload and decide again.'],
  },
  batch_busy: {
    'zh-CN': ['批次正在处理', '请等这一步完成，或先暂停批次，再上传文件。'],
    en: ['The batch is being worked on', 'Wait until the step is done, or pause the batch first.'],
  },
  batch_taken_over: {
    'zh-CN': ['批次已由别处接手', '这次操作没有写入任何内容；请刷新后重试。'],
    en: ['The batch was taken over elsewhere', 'Nothing of this was written: reload and try again.'],
  },
};
