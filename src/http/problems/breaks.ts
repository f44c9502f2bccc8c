import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems of working on breaks. */
export const breaksProblems: ProblemCatalogue = {
  break_above_limit: {
    'zh-CN': ['金额超过这里能处理的上限', '请由财务负责人调整来源的上限，或在系统之外另行处理。'],
    en: [
      'The amount is above what may be resolved here',
      'Finance can change the source’s limit, or settle it elsewhere.',
    ],
  },
  break_account_not_allowed: {
    'zh-CN': ['没有指明科目，或该科目不能用于这类差错', '请从差错所列的可用科目中选择一个。'],
    en: [
      'No account is named, or not one for such a break',
      'Name one of the accounts that the break offers for it.',
    ],
  },
  break_amounts_differ: {
    'zh-CN': ['这些差错的金额对不平', '请核对所选的差错，或指明差额记入哪个科目。'],
    en: [
      'The amounts of these breaks do not cancel out',
      'Check which ones you chose, or say which account takes the rest.',
    ],
  },
  break_not_found: {
    'zh-CN': ['没有这笔差错', '请回到差错列表，重新选择。'],
    en: ['There is no such break', 'Go back to the list and choose again.'],
  },
  break_not_open: {
    'zh-CN': ['这笔差错不是未处理状态', '它可能已经结清，或正在等待复核。请刷新后再看。'],
    en: ['This break is not open', 'It may be closed, or wait for a second person. Reload the page.'],
  },
  break_not_refundable: {
    'zh-CN': ['这笔差错没有可退的款', '只有渠道多收的款才能退回。请选择其他处理方式。'],
    en: [
      'There is nothing to give back here',
      'Only what a channel took too much of can be refunded. Choose another way.',
    ],
  },
  break_not_resendable: {
    'zh-CN': ['这笔差错不能重发', '只有账上已销账、机构对账单没有的单笔缴费才能重发。'],
    en: [
      'This break can’t be sent again',
      'Only one payment that we have posted and the agency’s file lacks can be.',
    ],
  },
  break_not_resolved: {
    'zh-CN': ['这笔差错没有处理结果可以撤销', '它未经人工或自动处理，或已经被别人重新打开。请刷新后再看。'],
    en: [
      'There is no resolution to undo',
      'It was not resolved, or somebody has opened it again. Reload the page.',
    ],
  },
  break_owner_unknown: {
    'zh-CN': ['没有这位财务人员', '请从名单中选择负责人。'],
    en: ['Nobody in finance is that person', 'Choose an owner from the list.'],
  },
  break_refund_under_way: {
    'zh-CN': ['退款已经发出，不能重新打开', '渠道正在退款或已经退款。只有渠道明确拒绝后才能重新打开。'],
    en: [
      'The refund is under way',
      'The channel is giving the money back, or has. Only once it has refused can the break be opened again.',
    ],
  },
  break_split_empty: {
    'zh-CN': ['拆分后有一边没有记录', '请选择这笔差错的一部分记录，不能一条不选，也不能全选。'],
    en: ['One part would be left without rows', 'Choose some of the break’s rows, not none and not all.'],
  },
  break_waits_for_file: {
    'zh-CN': ['对账文件还没有到', '文件到了以后会自动重新对账，不需要处理这笔差错。'],
    en: [
      'Their file has not come yet',
      'It is matched by itself once it comes; there is nothing to resolve.',
    ],
  },
  breaks_changed: {
    'zh-CN': ['差错与您看到的已经不同', '请重新查看将要记账的内容，再提交。'],
    en: ['The breaks are not as you saw them', 'Look again at what would be booked, and submit anew.'],
  },
  breaks_not_named: {
    'zh-CN': ['没有说明是哪些差错', '请给出差错编号或筛选条件，二者只给一个。'],
    en: ['It does not say which breaks', 'Give either their ids or a filter, and not both.'],
  },
  breaks_of_several_sources: {
    'zh-CN': ['这些差错不属于同一个来源', '一次只能处理同一家渠道或机构的差错。'],
    en: ['These breaks are of several sources', 'Resolve those of one channel or agency at a time.'],
  },
  breaks_too_many: {
    'zh-CN': ['一次处理的差错太多', '请缩小筛选范围，一次最多 500 笔。'],
    en: ['Too many breaks at once', 'Narrow the filter: at most 500 at a time.'],
  },
  evidence_missing: {
    'zh-CN': ['没有收到文件', '请选择一个文件后再上传。'],
    en: ['No file came', 'Choose a file and upload it again.'],
  },
  evidence_not_found: {
    'zh-CN': ['没有这个附件', '请刷新后再看。'],
    en: ['There is no such file', 'Reload the page.'],
  },
  evidence_too_large: {
    'zh-CN': ['附件太大', '附件最大 5 MiB，请压缩后再上传。'],
    en: ['The file is too large', 'Make it smaller than 5 MiB and upload it again.'],
  },
  evidence_type_unknown: {
    status: 415,
    'zh-CN': ['不支持这种附件', '可以上传 PDF、PNG、JPEG、XLSX、ZIP 或纯文本。'],
    en: ['This kind of file is not kept', 'PDF, PNG, JPEG, XLSX, ZIP and plain text are.'],
  },
  resolution_by_maker: {
    'zh-CN': ['不能复核自己提交的处理', '请由另一位财务人员复核。'],
    en: ['Nobody approves what they asked for', 'Another person in finance has to decide.'],
  },
  resolution_decided: {
    'zh-CN': ['这项处理已经有了结果', '请刷新后再看。'],
    en: ['This has been decided', 'Reload the page.'],
  },
  resolution_not_found: {
    'zh-CN': ['没有这项处理', '请回到待复核列表，重新选择。'],
    en: ['There is no such resolution', 'Go back to the list and choose again.'],
  },
};
