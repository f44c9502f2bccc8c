import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems of queries, payments, webhooks and operations. */
export const billingProblems: ProblemCatalogue = {
  query_not_found: {
    'zh-CN': ['找不到这次账单查询', '请重新查询账单后再缴费。'],
    en: ['This bill query is not there', 'Look up the bill again, then pay.'],
  },
  query_expired: {
    'zh-CN': ['账单信息已过期', '请重新查询账单，确认金额后再缴费。没有扣款。'],
    en: ['The bill you saw is out of date', 'Look it up again and check the amount. Nothing was charged.'],
  },
  bill_changed: {
    'zh-CN': ['账单金额有变化', '现在应缴 {amount}，原来是 {previousAmount}。请核对后重新确认。没有扣款。'],
    en: [
      'The amount of the bill has changed',
      'It is {amount} now and was {previousAmount}. Check it and confirm again. Nothing was charged.',
    ],
  },
  bill_payment_in_flight: {
    'zh-CN': ['这笔账单正在缴费中', '请先查看正在进行的缴费，不要重复支付。'],
    en: ['This bill is being paid already', 'Look at the payment under way; do not pay twice.'],
  },
  selection_not_allowed: {
    'zh-CN': ['不能只缴所选的账单', '请按缴费单位的规则选择账单，例如先缴较早的欠费。'],
    en: [
      'These bills cannot be paid like this',
      'Choose by the agency’s rule, for example older bills first.',
    ],
  },
  amount_not_allowed: {
    'zh-CN': ['金额不符合缴费单位的规定', '所选账单应缴 {amount}，请按规定金额缴纳。'],
    en: [
      'The agency does not take this amount',
      'The chosen bills come to {amount}; pay an amount that is allowed.',
    ],
  },
  payment_limit_exceeded: {
    'zh-CN': ['超过单笔限额', '单笔最多可缴 {amount}，请分次缴纳。'],
    en: ['Over the limit of one payment', 'One payment may carry {amount} at most; pay in parts.'],
  },
  daily_limit_exceeded: {
    'zh-CN': [
      '超过当日限额',
      '这个账户每天最多可缴 {limit}，今天还可缴 {left}。请明天再缴其余部分。没有扣款。',
    ],
    en: [
      'Over the limit of a day',
      'This account can be paid {limit} a day; {left} is left today. Pay the rest tomorrow. Nothing was charged.',
    ],
  },
  total_changed: {
    'zh-CN': [
      '应付总额有变化',
      '加上手续费现在共 {total}，原来是 {previousTotal}。请核对后重新确认。没有扣款。',
    ],
    en: [
      'The total has changed',
      'With fees it is {total} now and was {previousTotal}. Check it and confirm again. Nothing was charged.',
    ],
  },
  payer_required: {
    'zh-CN': ['请填写缴费人姓名', '这家单位要求登记是谁缴的费，可以替别人缴。'],
    en: ['Say who pays', 'This agency records who pays; you may pay for somebody else.'],
  },
  channel_not_found: {
    'zh-CN': ['没有这种支付方式', '请重新选择支付方式。'],
    en: ['There is no such way to pay', 'Choose another way to pay.'],
  },
  agency_has_no_bills: {
    'zh-CN': ['这家单位没有可缴的账单', '请选择其他缴费单位；它的服务事项在服务页面办理。'],
    en: ['This agency has no bills', 'Choose another agency; what this one offers is under services.'],
  },
  agency_closed: {
    'zh-CN': ['缴费单位现在不办理', '请在服务时间内再试。没有扣款。'],
    en: ['The agency is closed now', 'Try again in its service hours. Nothing was charged.'],
  },
  agency_unavailable: {
    'zh-CN': ['缴费单位暂时没有回应', '请稍后再试。没有扣款。'],
    en: ['The agency does not answer right now', 'Try again in a while. Nothing was charged.'],
  },
  payment_not_found: {
    'zh-CN': ['找不到这笔缴费', '请从缴费记录中重新打开。'],
    en: ['There is no such payment', 'Open it again from your history.'],
  },
  payment_busy: {
    'zh-CN': ['这笔缴费正在处理', '请稍后再试。'],
    en: ['This payment is being worked on', 'Try again in a moment.'],
  },
  webhook_not_authentic: {
    'zh-CN': ['通知的签名无效', '请检查签名密钥、时间戳和原文是否一致。'],
    en: [
      'The notification’s signature is not valid',
      'Check the signing secret, the timestamp, and that the body is unchanged.',
    ],
  },
  demo_account_not_found: {
    'zh-CN': ['演示供电公司没有这个户号', '请使用演示户号列表中的户号。'],
    en: ['The demo power company has no such account', 'Use a number from the list of demo accounts.'],
  },
  parked_task_not_found: {
    'zh-CN': ['没有这项搁置的任务', '它可能已经恢复，请刷新列表。'],
    en: ['There is no such parked task', 'It may have been resumed already; refresh the list.'],
  },
};
