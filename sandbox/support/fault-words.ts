import type { AgencyFault } from './agency-conduct.ts';

/** What a customer is for trying out, in both languages. */
export interface About {
  'zh-CN': string;
  en: string;
}

/** What befalls a customer with a fault, for lists of demo customers. */
export const FAULT_WORDS: Readonly<Record<AgencyFault, About>> = {
  slow: { 'zh-CN': '对方回应很慢', en: 'the agency answers slowly' },
  timeoutBeforePosting: { 'zh-CN': '销账前超时', en: 'it times out before posting' },
  timeoutAfterPosting: { 'zh-CN': '销账后超时', en: 'it times out after posting' },
  refuse: { 'zh-CN': '拒绝销账，自动退款', en: 'it refuses, and the money goes back' },
  badJson: { 'zh-CN': '回应无法读懂', en: 'its answer makes no sense' },
  duplicate: { 'zh-CN': '回应“重复”', en: 'it answers "duplicate"' },
  closed: { 'zh-CN': '正在维护', en: 'it is closed for maintenance' },
  reset: { 'zh-CN': '连接中断', en: 'the connection is cut' },
  pendingThenPosted: { 'zh-CN': '先受理，稍后销账', en: 'it takes the payment in and posts later' },
  wrongSignature: { 'zh-CN': '回应的签名不对', en: 'its signature is wrong' },
  unknownCode: { 'zh-CN': '回应了未知的代码', en: 'it answers an unknown code' },
};
