import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems that any route can answer with: the frame's own. */
export const frameProblems: ProblemCatalogue = {
  malformed_request: {
    status: 400,
    'zh-CN': ['请求格式有误', '请刷新页面后重试。'],
    en: ['The request is malformed', 'Reload the page and try again.'],
  },
  malformed_url: {
    status: 400,
    'zh-CN': ['网址格式有误', '请检查网址，或从首页重新进入。'],
    en: ['The address is malformed', 'Check the address, or start again from the home page.'],
  },
  malformed_json: {
    status: 400,
    'zh-CN': ['请求内容不是有效的 JSON', '请以 UTF-8 编码发送一个 JSON 对象。'],
    en: ['The body is not valid JSON', 'Send one JSON object, encoded as UTF-8.'],
  },
  query_invalid: {
    status: 400,
    'zh-CN': ['查询参数有误', '请改正所列参数后重试。'],
    en: ['A query parameter is wrong', 'Correct the parameters listed and try again.'],
  },
  validation_failed: {
    status: 422,
    'zh-CN': ['填写的内容有误', '请改正所列各项后重新提交。'],
    en: ['Some entries are wrong', 'Correct the entries listed and send them again.'],
  },
  cursor_invalid: {
    status: 400,
    'zh-CN': ['分页位置无效', '请从第一页重新开始。'],
    en: ['The page position is not valid', 'Start again from the first page.'],
  },
  sign_in_required: {
    status: 401,
    'zh-CN': ['请先登录', '登录后即可继续。'],
    en: ['Sign in first', 'You can go on once you have signed in.'],
  },
  forbidden: {
    status: 403,
    'zh-CN': ['您没有权限进行此操作', '如需办理，请联系管理员开通权限。'],
    en: ['You may not do this', 'If you need to, ask an administrator for access.'],
  },
  csrf_token_invalid: {
    status: 403,
    'zh-CN': ['页面已过期', '请刷新页面后重新操作。'],
    en: ['This page is out of date', 'Reload the page and try again.'],
  },
  cross_site_request: {
    status: 403,
    'zh-CN': ['请求来自其他网站，已拒绝', '请从本站页面进行操作。'],
    en: ['The request came from another site and was refused', 'Use the pages of this site.'],
  },
  not_found: {
    status: 404,
    'zh-CN': ['没有找到', '它可能已被删除，或网址有误。'],
    en: ['Not found', 'It may have been removed, or the address is wrong.'],
  },
  no_longer_there: {
    status: 410,
    'zh-CN': ['已失效', '请返回上一步重新操作。'],
    en: ['It is no longer there', 'Go back a step and begin again.'],
  },
  not_possible_now: {
    status: 409,
    'zh-CN': ['目前无法进行此操作', '请刷新页面查看最新状态。'],
    en: ['This is not possible as things stand', 'Reload the page to see the latest state.'],
  },
  temporarily_unavailable: {
    status: 503,
    'zh-CN': ['暂时无法办理', '本次操作没有生效，请稍后重试。'],
    en: ['Not available for the moment', 'Nothing was changed; try again in a moment.'],
  },
  method_not_allowed: {
    status: 405,
    'zh-CN': ['此地址不支持该操作', '允许的方法见 Allow 响应头。'],
    en: ['This address does not take that method', 'The Allow header lists those it takes.'],
  },
  content_type_not_supported: {
    status: 415,
    'zh-CN': ['不支持的内容类型', '请以 application/json 发送，且不要压缩。'],
    en: ['The content type is not supported', 'Send application/json, not compressed.'],
  },
  body_too_large: {
    status: 413,
    'zh-CN': ['请求内容过大', '请减少内容后重试。'],
    en: ['The body is too large', 'Send less and try again.'],
  },
  url_too_long: {
    status: 414,
    'zh-CN': ['网址过长', '请缩短查询参数后重试。'],
    en: ['The address is too long', 'Shorten the query and try again.'],
  },
  too_many_requests: {
    status: 429,
    'zh-CN': ['操作过于频繁', '请稍候片刻再试。'],
    en: ['Too many requests', 'Wait a moment and try again.'],
  },
  idempotency_key_required: {
    status: 400,
    'zh-CN': [
      '缺少 Idempotency-Key 请求头',
      '请为每次操作生成一个 8 至 128 位的唯一键，并在重试时使用同一个键。',
    ],
    en: [
      'The Idempotency-Key header is missing or malformed',
      'Make a key of 8 to 128 visible ASCII characters for each command, and keep it when you retry.',
    ],
  },
  idempotency_key_reused: {
    status: 422,
    'zh-CN': ['该操作编号已用于另一个请求', '请刷新页面后重新操作。'],
    en: ['This Idempotency-Key was used for a different request', 'Use a new key for a new command.'],
  },
  idempotency_in_flight: {
    status: 409,
    retryable: true,
    'zh-CN': ['相同的请求正在处理', '请稍候，结果很快就会出来，不会重复执行。'],
    en: ['The same request is being worked on', 'Wait a moment; it will not be carried out twice.'],
  },
  too_many_streams: {
    status: 503,
    'zh-CN': ['当前查看进度的人较多', '请稍后刷新页面查看结果。'],
    en: ['Too many people are watching progress', 'Reload the page in a moment to see the result.'],
  },
  database_busy: {
    status: 503,
    'zh-CN': ['系统繁忙', '本次操作没有生效，请稍后重试。'],
    en: ['The system is busy', 'Nothing was changed; try again in a moment.'],
  },
  database_unreachable: {
    status: 503,
    'zh-CN': ['系统暂时无法访问数据', '请稍后重试。付款请求重复提交不会重复扣款。'],
    en: ['The data cannot be reached right now', 'Try again in a moment. A payment is not made twice.'],
  },
  internal_error: {
    status: 500,
    'zh-CN': ['系统出错了', '我们已记录此问题。请稍后重试；如需帮助，请提供跟踪号 {traceId}。'],
    en: [
      'Something went wrong on our side',
      'It has been logged. Try again later, or ask for help quoting {traceId}.',
    ],
  },
};
