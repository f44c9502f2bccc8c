import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems of telling agencies what happens. */
export const agencyWebhooksProblems: ProblemCatalogue = {
  webhook_url_invalid: {
    'zh-CN': ['推送地址不可用', '请填写公网可访问的 https 地址，不含用户名、密码和 # 部分。'],
    en: [
      'Nothing can be sent to this address',
      'Give an https address that the internet can reach, without user name, password or #.',
    ],
  },
  webhook_endpoints_too_many: {
    'zh-CN': ['推送地址太多', '最多 {maximum} 个，请先删除不再使用的地址。'],
    en: ['There are too many endpoints', 'At most {maximum}; delete one that is not needed.'],
  },
  webhook_endpoint_not_found: {
    'zh-CN': ['没有这个推送地址', '它可能已被删除，请刷新列表。'],
    en: ['There is no such endpoint', 'It may have been deleted; reload the list.'],
  },
  webhook_endpoint_disabled: {
    'zh-CN': ['推送地址已停用', '请先修复接收端，再在推送页保存该地址以重新启用。'],
    en: ['The endpoint is disabled', 'Mend the receiver, then save the endpoint again to enable it.'],
  },
  webhook_delivery_not_found: {
    'zh-CN': ['没有这条推送记录', '记录保留三十天，请刷新列表。'],
    en: ['There is no such delivery', 'They are kept for thirty days; reload the list.'],
  },
};
