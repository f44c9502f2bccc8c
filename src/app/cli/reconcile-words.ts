import type { BreakClass, MatchRule } from '../../reconciliation/index.ts';

export type ReconcileLanguage = 'zh-CN' | 'en';

interface BreakWords {
  title: string;
  /** What to do next. */
  todo: string;
}

interface Words {
  left: string;
  right: string;
  rows: string;
  line(line: number): string;
  matched: string;
  noBreaks: string;
  breaks: string;
  difference: string;
  /** More on one side than on the other: 长款, 短款. */
  surplus: string;
  shortage: string;
  related: string;
  proposals: string;
  more: string;
  proof: string;
  digest: string;
  rules: Record<MatchRule, string>;
  classes: Record<BreakClass, BreakWords>;
}

const ZH: Words = {
  left: '左',
  right: '右',
  rows: '行',
  line: (line) => `第 ${line} 行`,
  matched: '已勾对',
  noBreaks: '没有差错：两边全部对上。',
  breaks: '差错',
  difference: '差额（右 − 左）',
  surplus: '长款',
  shortage: '短款',
  related: '相关（已勾对）',
  proposals: '可能对应，请人工确认',
  more: '其余',
  proof: '平衡校验：全部 = 已勾对 + 差错',
  digest: '结果摘要',
  rules: {
    exactReference: '编号相同',
    channelReference: '渠道流水号相同',
    refundToOriginal: '退款对应原交易',
    sameText: '无编号，摘要相同',
    dateCut: '跨日切',
    netOfFee: '扣手续费后相等',
    splitPayment: '多笔合计相等',
    settlementBatch: '清算批次合计相等',
    subsetSum: '唯一组合合计相等',
    tolerance: '手续费在容差内',
    nearReference: '编号近似且唯一',
    notMoved: '未动账，无须对应',
  },
  classes: {
    bankOnly: { title: '仅银行（渠道）有', todo: '查我方是否漏记，或款项不属于我们；未查明前挂账。' },
    ledgerOnly: { title: '仅账簿有', todo: '等下一份对账单（最多 T+2）；仍没有就向银行查询这笔交易。' },
    agencyOnly: { title: '仅机构有', todo: '请机构提供凭证；查我方是否漏记这笔缴费。' },
    agencyMissing: { title: '机构缺这笔', todo: '用同一编号向机构查询，再用同一编号补发销账，不要换编号。' },
    status: { title: '状态不一致', todo: '用原编号向对方查询，以明确的答复为准，再入账或退款。' },
    amountOver: { title: '右边金额大', todo: '核对原始凭证；多出的部分先挂账。' },
    amountUnder: { title: '右边金额小', todo: '核对原始凭证；查是否部分付款或另有扣款。' },
    fee: { title: '手续费不符', todo: '核对费率与合同；容差可在规则 fees 中声明。' },
    duplicate: { title: '重复', todo: '请对方确认哪一笔有效；确为重复扣款的，申请退款并复核。' },
    refund: { title: '退款／冲正不符', todo: '核对原交易；只有一边有的退款要补记或向对方查询。' },
    currency: { title: '币种不一致', todo: '核对原始凭证；不要按金额直接对上。' },
    dateCut: { title: '跨日切，待下一份文件', todo: '结转到下一清算日再对；超过期限转人工。' },
    splitIncomplete: { title: '分笔合计不符', todo: '查缺少或多余的分笔；等同一批次的其余明细。' },
    unparseable: { title: '无法读取', todo: '看原文件这一行；请对方更正后重发整份文件。' },
    lateFile: { title: '对方文件未到', todo: '先催文件；文件到后重新对账。' },
  },
};

const EN: Words = {
  left: 'left',
  right: 'right',
  rows: 'rows',
  line: (line) => `line ${line}`,
  matched: 'Matched',
  noBreaks: 'No breaks: both sides agree in full.',
  breaks: 'Breaks',
  difference: 'right less left',
  surplus: 'long',
  shortage: 'short',
  related: 'related, already matched',
  proposals: 'These may belong together; a person has to confirm',
  more: 'and more:',
  proof: 'Proof: all = matched + in breaks',
  digest: 'Digest of the result',
  rules: {
    exactReference: 'the same reference',
    channelReference: "the same number of the channel's",
    refundToOriginal: 'a refund and what it takes back',
    sameText: 'no number, the same text',
    dateCut: 'across the day cut',
    netOfFee: 'the same after the fee',
    splitPayment: 'several add up to one',
    settlementBatch: 'a settlement batch adds up',
    subsetSum: 'just one choice adds up',
    tolerance: 'a fee within tolerance',
    nearReference: 'nearly the same reference, and no other',
    notMoved: 'nothing has moved, nothing is missing',
  },
  classes: {
    bankOnly: {
      title: 'Only the bank (channel) has it',
      todo: 'See whether it was not booked here, or is not ours; keep it in suspense until known.',
    },
    ledgerOnly: {
      title: 'Only the ledger has it',
      todo: 'Wait for the next statement (T+2 at most), then ask the bank about this payment.',
    },
    agencyOnly: {
      title: 'Only the agency has it',
      todo: 'Ask the agency for evidence; see whether the payment was not booked here.',
    },
    agencyMissing: {
      title: 'The agency lacks it',
      todo: 'Ask the agency by the same reference, then post again under that reference, never a new one.',
    },
    status: {
      title: 'The status differs',
      todo: 'Ask the other side by the original reference; book or refund only on a definite answer.',
    },
    amountOver: {
      title: 'The right side says more',
      todo: 'Compare the vouchers; keep what is too much in suspense.',
    },
    amountUnder: {
      title: 'The right side says less',
      todo: 'Compare the vouchers; look for a part payment or a deduction.',
    },
    fee: {
      title: 'The fee differs',
      todo: 'Compare rate and contract; a tolerance is declared under "fees" in the rules.',
    },
    duplicate: {
      title: 'Duplicate',
      todo: 'Have the other side say which one counts; a debit made twice is refunded after approval.',
    },
    refund: {
      title: 'Refund or reversal without counterpart',
      todo: 'Compare the original payment; book the refund that one side lacks, or ask about it.',
    },
    currency: {
      title: 'The currency differs',
      todo: 'Compare the vouchers; never match by the number alone.',
    },
    dateCut: {
      title: 'Across the day cut',
      todo: 'Carry it to the next clearing day; beyond the age limit a person looks.',
    },
    splitIncomplete: {
      title: 'The parts do not add up',
      todo: 'Look for parts that are missing or too many; wait for the rest of the batch.',
    },
    unparseable: {
      title: 'Can not be read',
      todo: 'Look at this line of the file; have the other side correct and send the whole file again.',
    },
    lateFile: {
      title: 'The other file has not come',
      todo: 'Ask for the file; match again when it is here.',
    },
  },
};

export const RECONCILE_WORDS: Record<ReconcileLanguage, Words> = { 'zh-CN': ZH, en: EN };
