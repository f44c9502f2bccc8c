import type { LocalText } from '../../../src/contract/index.ts';

/** What each check is called, expects and advises, for people. */
export const CHECK_TEXTS: Readonly<
  Record<string, { title: LocalText; expected: LocalText; advice: LocalText }>
> = {
  'bill-due': {
    title: { 'zh-CN': '应缴账单', en: 'A bill that is due' },
    expected: {
      'zh-CN': '返回 due：账单明细之和等于应付金额，金额为整数分，姓名地址已打码',
      en: 'due, with lines that add up, whole minor units, and masked names',
    },
    advice: {
      'zh-CN': '对照 protocol/README.md 的“查询账单”和示例，逐项核对字段。',
      en: 'Compare with the schema and the example of bills/query.',
    },
  },
  'account-valid': {
    title: { 'zh-CN': '账号校验', en: 'An account that is there' },
    expected: { 'zh-CN': '返回 valid，姓名地址已打码', en: 'valid, with masked names' },
    advice: { 'zh-CN': '对照“校验账号”的示例。', en: 'Compare with the example of accounts/validate.' },
  },
  'plans-offered': {
    title: { 'zh-CN': '可选套餐', en: 'Plans on offer' },
    expected: {
      'zh-CN': '返回 plans：编号不重复，价格大于零',
      en: 'plans, with ids of their own and prices above zero',
    },
    advice: { 'zh-CN': '对照“查询套餐”的示例。', en: 'Compare with the example of plans/query.' },
  },
  'nothing-due': {
    title: { 'zh-CN': '无欠费', en: 'Nothing due' },
    expected: { 'zh-CN': '返回 nothingDue', en: 'nothingDue' },
    advice: {
      'zh-CN': '没有欠费不是错误：不要返回空账单、余额为零的账单或错误码。',
      en: 'Owing nothing is no error: answer neither an empty list, nor a bill of zero, nor an error.',
    },
  },
  'account-not-found': {
    title: { 'zh-CN': '户号不存在', en: 'No such account' },
    expected: { 'zh-CN': '返回 noSuchAccount', en: 'noSuchAccount' },
    advice: {
      'zh-CN': '查不到户号时不要返回 nothingDue：用户会以为不欠费。',
      en: 'Do not answer nothingDue for an account that is not there: the resident would believe that nothing is owed.',
    },
  },
  'fields-unknown': {
    title: { 'zh-CN': '未知字段', en: 'Fields that are new' },
    expected: {
      'zh-CN': '忽略不认识的字段，照常回答',
      en: 'the answer as always: unknown members are ignored',
    },
    advice: {
      'zh-CN': '以后的版本会增加字段，请忽略不认识的字段。',
      en: 'Later versions add members. Ignore those that you do not know.',
    },
  },
  'answer-signed': {
    title: { 'zh-CN': '回答的签名', en: 'The signature of answers' },
    expected: {
      'zh-CN': '回答由机构签名，并绑定到这一次请求',
      en: 'every answer signed, and bound to its own request',
    },
    advice: {
      'zh-CN': '按协议给每个回答签名，签名内容包含请求的签名（;req）。',
      en: 'Sign every answer, over the signature of its request (;req).',
    },
  },
  'clock-right': {
    title: { 'zh-CN': '机构的时钟', en: 'The clock' },
    expected: {
      'zh-CN': '签名时间与标准时间相差不超过 60 秒',
      en: 'a signature time within 60 seconds of ours',
    },
    advice: { 'zh-CN': '用 NTP 校准服务器时钟。', en: 'Keep the clock of the server by NTP.' },
  },
  'reference-unknown': {
    title: { 'zh-CN': '未见过的流水号', en: 'A reference that was never used' },
    expected: { 'zh-CN': '返回 notAttempted', en: 'notAttempted' },
    advice: {
      'zh-CN': '没见过的流水号要明确说没有办理，不能说失败，也不能说处理中。',
      en: 'Of a reference that you have never seen, say notAttempted: neither rejected nor pending.',
    },
  },
  closed: {
    title: { 'zh-CN': '服务时间之外', en: 'Closed hours' },
    expected: {
      'zh-CN': '查询返回 closedNow，缴费返回 notAttempted',
      en: 'closedNow to a question, notAttempted to a payment',
    },
    advice: {
      'zh-CN': '停业不是拒绝：不要记账，也不要返回 unavailable 或 rejected。',
      en: 'Being closed is no refusal: book nothing, and answer neither unavailable nor rejected.',
    },
  },
  'statement-empty': {
    title: { 'zh-CN': '没有业务的日期', en: 'A day without payments' },
    expected: { 'zh-CN': '返回 emptyDay', en: 'emptyDay' },
    advice: {
      'zh-CN': '很久以前的日期没有业务，返回 emptyDay。',
      en: 'For a past day without payments, answer emptyDay.',
    },
  },
  'signature-wrong': {
    title: { 'zh-CN': '错误的签名', en: 'A wrong signature' },
    expected: { 'zh-CN': '返回 4xx，不办理', en: 'status 4xx, and nothing carried out' },
    advice: {
      'zh-CN': '先验签，再办理任何业务。没有签名的请求也要拒绝。',
      en: 'Verify the signature before anything else. Refuse what is unsigned.',
    },
  },
  'body-changed': {
    title: { 'zh-CN': '被改动的内容', en: 'A body that was changed' },
    expected: { 'zh-CN': '返回 4xx，不办理', en: 'status 4xx, and nothing carried out' },
    advice: {
      'zh-CN': '对收到的原始字节计算摘要，并与 Content-Digest 比较。',
      en: 'Hash the bytes as they came, and compare with Content-Digest.',
    },
  },
  'key-unknown': {
    title: { 'zh-CN': '未知的密钥', en: 'An unknown key' },
    expected: { 'zh-CN': '返回 4xx，不办理', en: 'status 4xx, and nothing carried out' },
    advice: { 'zh-CN': '只接受已登记的密钥编号。', en: 'Take only the key ids that were registered.' },
  },
  'timestamp-old': {
    title: { 'zh-CN': '过期的请求', en: 'An old request' },
    expected: { 'zh-CN': '返回 4xx，不办理', en: 'status 4xx, and nothing carried out' },
    advice: {
      'zh-CN': '签名时间（created）与现在相差超过 300 秒的请求要拒绝。',
      en: 'Refuse what was signed (created) more than 300 seconds ago.',
    },
  },
  'timestamp-ahead': {
    title: { 'zh-CN': '来自未来的请求', en: 'A request from the future' },
    expected: { 'zh-CN': '返回 4xx，不办理', en: 'status 4xx, and nothing carried out' },
    advice: {
      'zh-CN': '签名时间比现在晚 300 秒以上的请求要拒绝。',
      en: 'Refuse what was signed more than 300 seconds ahead.',
    },
  },
  'clock-skew': {
    title: { 'zh-CN': '时钟偏差', en: 'Clock skew' },
    expected: { 'zh-CN': '偏差 240 秒以内照常回答', en: 'the answer as always, up to 240 seconds off' },
    advice: {
      'zh-CN': '时间窗口是前后各 300 秒，不要更窄。',
      en: 'The window is 300 seconds to either side: do not narrow it.',
    },
  },
  'payment-posted': {
    title: { 'zh-CN': '销账', en: 'A payment is posted' },
    expected: {
      'zh-CN': '返回 accepted，金额与请求相同；按流水号查询结果一致；账单不再应缴',
      en: 'accepted with the amount that was asked, the same when asked by reference, and the bill no longer due',
    },
    advice: {
      'zh-CN': '回答金额必须等于请求金额；销账后查询不应再返回该账单。',
      en: 'Answer the very amount that was asked; after posting, the bill is due no more.',
    },
  },
  'amount-wrong': {
    title: { 'zh-CN': '金额不符', en: 'A wrong amount' },
    expected: {
      'zh-CN': '返回 rejected（amount_changed 或 amount_not_allowed）',
      en: 'rejected with amount_changed or amount_not_allowed',
    },
    advice: {
      'zh-CN': '销账前核对金额，多一分少一分都要拒绝。',
      en: 'Check the amount before posting: refuse one fen more or less.',
    },
  },
  'refusal-final': {
    title: { 'zh-CN': '拒绝是最终的', en: 'A refusal is for good' },
    expected: {
      'zh-CN': '被拒绝的流水号不能再成功',
      en: 'rejected or duplicate, whatever comes later under that reference',
    },
    advice: {
      'zh-CN': '把拒绝也按流水号记下来：迟到的重复请求不能成功。',
      en: 'Book refusals too: a late copy under the same reference may not succeed.',
    },
  },
  'timeout-then-query': {
    title: { 'zh-CN': '超时后查询', en: 'Time-out, then query' },
    expected: {
      'zh-CN': '按流水号查询得到真实结果，重发不会重复销账',
      en: 'the truth when asked by reference, and no second posting when told again',
    },
    advice: {
      'zh-CN': '按流水号保存结果；连接断开不影响已办理的业务。',
      en: 'Keep what became of each reference, whatever happens to the connection.',
    },
  },
  'duplicate-same': {
    title: { 'zh-CN': '重复请求', en: 'The same request again' },
    expected: {
      'zh-CN': '同样的回答（或 duplicate），只销账一次',
      en: 'the same answer (or duplicate), and one posting',
    },
    advice: {
      'zh-CN': '以流水号为幂等键：第二次返回第一次的结果。',
      en: 'The reference is the idempotency key: answer the second as you did the first.',
    },
  },
  'duplicate-different': {
    title: { 'zh-CN': '同一流水号，内容不同', en: 'The same reference, another content' },
    expected: { 'zh-CN': '返回 duplicate', en: 'duplicate' },
    advice: {
      'zh-CN': '保存请求内容的摘要，内容不同时返回 duplicate。',
      en: 'Keep a hash of the request, and answer duplicate when it differs.',
    },
  },
  'duplicate-concurrent': {
    title: { 'zh-CN': '并发重复', en: 'Duplicates at once' },
    expected: { 'zh-CN': '十个同时到达的相同请求只销账一次', en: 'ten at once are posted once' },
    advice: {
      'zh-CN': '用数据库唯一约束或锁保证同一流水号只办理一次。',
      en: 'Hold one reference to one posting by a unique constraint or a lock.',
    },
  },
  'request-replayed': {
    title: { 'zh-CN': '重放', en: 'A request replayed' },
    expected: { 'zh-CN': '不会再次销账', en: 'no second posting' },
    advice: {
      'zh-CN': '同一请求逐字节重放，不能产生第二笔业务。',
      en: 'The same bytes again may not post a second time.',
    },
  },
  'bill-paid-once': {
    title: { 'zh-CN': '同一账单两次缴费', en: 'One bill paid twice' },
    expected: {
      'zh-CN': '只有一笔成功，其余 rejected（bill_already_paid）',
      en: 'one accepted, the others rejected with bill_already_paid',
    },
    advice: {
      'zh-CN': '销账时锁定账单：两个不同流水号同时到达也只能成功一笔。',
      en: 'Lock the bill while posting: of two references at once, one succeeds.',
    },
  },
  durable: {
    title: { 'zh-CN': '重启后', en: 'After a restart' },
    expected: {
      'zh-CN': '重启后仍能查到，且不会重复销账',
      en: 'known after the restart, and not posted again',
    },
    advice: { 'zh-CN': '先写入磁盘，再回答 accepted。', en: 'Answer accepted only once it is on disk.' },
  },
  reversal: {
    title: { 'zh-CN': '冲正', en: 'Reversal' },
    expected: {
      'zh-CN': '返回 accepted；重复一次结果相同；账单重新应缴；对账单中没有这笔',
      en: 'accepted, the same when told again; the bill is due again, and the statement does not have it',
    },
    advice: {
      'zh-CN': '冲正要真正恢复账单，并从当日对账单中去掉原交易。',
      en: 'A reversal brings the bill back, and takes the payment out of the statement of the day.',
    },
  },
  refund: {
    title: { 'zh-CN': '退款', en: 'Refund' },
    expected: {
      'zh-CN': '返回 accepted；重复一次结果相同；对账单中有原交易和一行退款',
      en: 'accepted, the same when told again; the statement has the payment and one refund',
    },
    advice: { 'zh-CN': '退款是对账单中单独的一行。', en: 'A refund is a line of its own in the statement.' },
  },
  'undoing-refused': {
    title: { 'zh-CN': '不该冲正的', en: 'What may not be undone' },
    expected: {
      'zh-CN': '不存在的交易、超过原金额的冲正都 rejected',
      en: 'rejected for a payment that never was, and for more than was paid',
    },
    advice: {
      'zh-CN': '冲正前核对原流水号和金额。',
      en: 'Check the original reference and the amount before undoing.',
    },
  },
  'statement-complete': {
    title: { 'zh-CN': '对账单一致', en: 'The statement is what was paid' },
    expected: {
      'zh-CN': '每笔成立的缴费恰好一行，金额一致；没有被拒绝的',
      en: 'each payment that stands once and with its amount, and none that was refused',
    },
    advice: {
      'zh-CN': '对账单必须由同一套账生成，不多、不少、金额一致。',
      en: 'Make the statement of the same books: no more, no less, no other amounts.',
    },
  },
};
