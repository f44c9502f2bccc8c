import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems of signing in, and of managing who may. */
export const accountsProblems: ProblemCatalogue = {
  phone_invalid: {
    'zh-CN': ['手机号不正确', '请输入 11 位中国大陆手机号。'],
    en: ['This is not a mobile number we can send to', 'Enter an 11-digit mainland China mobile number.'],
  },
  sms_not_configured: {
    retryable: false,
    'zh-CN': ['暂不能用手机号登录', '短信服务尚未开通，请联系客服。'],
    en: [
      'Signing in by phone is not available here',
      'Text messages are not set up; please contact support.',
    ],
  },
  sms_not_sent: {
    'zh-CN': ['验证码没有发出', '请在一分钟后重新获取。'],
    en: ['The code could not be sent', 'Ask for another one in a minute.'],
  },
  code_asked_too_often: {
    'zh-CN': ['获取验证码过于频繁', '请在 {seconds} 秒后重新获取。'],
    en: ['Codes were asked for too often', 'Ask for another one in {seconds} seconds.'],
  },
  code_wrong: {
    'zh-CN': ['验证码不正确', '请核对后重新输入，还可以尝试 {triesLeft} 次。'],
    en: ['The code is wrong', 'Check it and try again; tries left: {triesLeft}.'],
  },
  code_expired: {
    'zh-CN': ['验证码已失效', '请重新获取验证码。'],
    en: ['The code is no longer good', 'Ask for a new one.'],
  },
  code_tries_used_up: {
    'zh-CN': ['验证码输错次数过多', '请重新获取验证码。'],
    en: ['The code was mistyped too often', 'Ask for a new one.'],
  },
  staff_sign_in_refused: {
    'zh-CN': ['邮箱或密码不正确', '请核对后重新输入；如忘记密码，请联系管理员。'],
    en: [
      'The e-mail address or the password is wrong',
      'Check both; if you forgot the password, ask an administrator.',
    ],
  },
  sign_in_locked: {
    'zh-CN': ['登录失败次数过多', '请在 {seconds} 秒后再试。'],
    en: ['Too many sign-ins have failed', 'Try again in {seconds} seconds.'],
  },
  staff_challenge_expired: {
    'zh-CN': ['登录已超时', '请重新输入邮箱和密码。'],
    en: ['This sign-in has run out', 'Begin again with your e-mail address and password.'],
  },
  totp_wrong: {
    'zh-CN': ['动态码不正确', '请输入身份验证器上当前显示的 6 位数字，并确认手机时间准确。'],
    en: [
      'The code is wrong',
      'Enter the six digits your authenticator shows now, and check that its clock is right.',
    ],
  },
  totp_used: {
    'zh-CN': ['该动态码已使用过', '请等待身份验证器显示下一个动态码。'],
    en: ['This code has been used', 'Wait for the next one on your authenticator.'],
  },
  passkey_refused: {
    'zh-CN': ['通行密钥未通过验证', '请重试，或改用动态码登录。'],
    en: ['The passkey was not accepted', 'Try again, or use a code from your authenticator.'],
  },
  passkey_not_available: {
    'zh-CN': ['无法使用通行密钥', '请改用动态码；通行密钥须在 https 网站上先行登记。'],
    en: [
      'No passkey can be used here',
      'Use a code; a passkey must first be registered, on a site served by https.',
    ],
  },
  passkey_already_registered: {
    'zh-CN': ['该通行密钥已登记', '无需重复登记，可直接用它登录。'],
    en: ['This passkey is registered already', 'You can sign in with it as it is.'],
  },
  email_invalid: {
    'zh-CN': ['邮箱不正确', '请输入完整的邮箱地址。'],
    en: ['This is not an e-mail address', 'Enter the whole address.'],
  },
  password_too_short: {
    'zh-CN': ['密码太短', '密码至少需要 12 个字符。'],
    en: ['The password is too short', 'Use at least 12 characters.'],
  },
  staff_roles_invalid: {
    'zh-CN': ['角色设置不正确', '请至少选择一个角色；机构人员须指定所属机构，其他人员不得指定。'],
    en: [
      'These roles do not go together',
      'Give at least one role; agency users, and only they, belong to an agency.',
    ],
  },
  staff_email_taken: {
    'zh-CN': ['该邮箱已有账号', '请使用其他邮箱，或直接使用已有账号。'],
    en: [
      'There is an account with this e-mail address',
      'Use another address, or the account that is there.',
    ],
  },
};
