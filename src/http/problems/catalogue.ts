import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems of taking agencies over from a connection that carries many. */
export const catalogueProblems: ProblemCatalogue = {
  catalogue_not_listed: {
    'zh-CN': ['该通道不提供机构目录', '类型 {kind} 的接入只承载单个机构，请在机构清单中直接填写它。'],
    en: [
      'This connection lists no agencies',
      'Connections of the kind {kind} carry one agency: write its manifest yourself.',
    ],
  },
  catalogue_unavailable: {
    'zh-CN': ['暂时取不到机构目录', '原因：{reason}。现有机构不受影响，请稍后再同步。'],
    en: ['The list of agencies can’t be had now', 'Because: {reason}. Nothing has changed; try again later.'],
  },
  catalogue_not_synced: {
    'zh-CN': ['还没有同步过机构目录', '请先同步该通道的目录。'],
    en: ['The list of agencies was never fetched', 'Fetch it first.'],
  },
  catalogue_moved_on: {
    'zh-CN': ['目录或机构已有变化', '所选内容不再是当前的差异，请重新查看后再提交。'],
    en: [
      'The list, or what is live, has changed meanwhile',
      'Look at the differences again, and choose anew.',
    ],
  },
  catalogue_entry_unknown: {
    'zh-CN': ['所选单位没有差异', '以下编号不在当前差异中：{agencyCodes}。请刷新后重选。'],
    en: [
      'Some of these show no difference',
      'Not among the differences: {agencyCodes}. Reload and choose again.',
    ],
  },
  catalogue_entry_wrong: {
    'zh-CN': ['所选单位的资料有误', '以下编号还不能接受：{agencyCodes}。请与通道方核对所列问题。'],
    en: [
      'Some of these can’t be accepted',
      'Not good enough: {agencyCodes}. Clear up what is listed with whoever runs the connection.',
    ],
  },
  catalogue_nothing_new: {
    'zh-CN': ['没有可接受的差异', '目录与已上线的机构一致，或余下的都有问题待处理。'],
    en: [
      'There is nothing to accept',
      'What is live is what the connection lists, or what differs can’t be accepted.',
    ],
  },
};
