import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems of receipts. */
export const receiptsProblems: ProblemCatalogue = {
  receipt_not_available: {
    'zh-CN': ['这笔缴费没有回执', '缴费单位销账后才有回执，请查看缴费进度。'],
    en: [
      'There is no receipt for this payment',
      'There is one once the agency has posted it; look at how the payment is doing.',
    ],
  },
  receipt_not_verified: {
    'zh-CN': ['无法验证此回执', '请重新扫描回执上的二维码，或核对回执编号和验证码。仍不能验证的，请勿采信。'],
    en: [
      'This receipt could not be verified',
      'Scan its QR code again, or check its number and code. If it still fails, do not rely on it.',
    ],
  },
};
