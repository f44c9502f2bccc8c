import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems of objecting to payments. */
export const disputesProblems: ProblemCatalogue = {
  dispute_not_possible: {
    'zh-CN': [
      '这笔缴费现在不能提出异议',
      '只有已销账、并且还在异议期限内的缴费可以提出。请直接联系缴费单位。',
    ],
    en: [
      'This payment can’t be disputed',
      'Only a payment that was posted can be, and only for some time. Contact the agency directly.',
    ],
  },
  dispute_open_already: {
    'zh-CN': ['这笔缴费的异议正在处理', '请等缴费单位答复，进度可以在缴费详情里看到。'],
    en: ['This payment is disputed already', 'Wait for the agency’s answer; the payment’s page shows it.'],
  },
  dispute_not_found: {
    'zh-CN': ['找不到这项异议', '请刷新列表后再试。'],
    en: ['There is no such dispute', 'Refresh the list and try again.'],
  },
  dispute_answered_already: {
    'zh-CN': ['这项异议已经答复过', '请刷新后查看答复；答复不能更改。'],
    en: ['This dispute has been answered already', 'Refresh to see the answer; it can’t be changed.'],
  },
  undo_not_possible: {
    'zh-CN': ['这笔缴费无法在线撤销', '贵单位的系统没有开通冲正或退款。请先线下退款，再答复异议并说明。'],
    en: [
      'This payment can’t be undone online',
      'Your system has no reversal or refund. Pay the resident back yourself, then decline the dispute and say so.',
    ],
  },
};
