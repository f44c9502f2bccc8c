import type { ProblemCatalogue } from '../problem-catalogue.ts';

/** Problems of an agency's way to being live, and of what it may do there. */
export const onboardingProblems: ProblemCatalogue = {
  agency_suspended: {
    'zh-CN': ['该缴费单位暂停缴费', '{reason}已提交的缴费会照常处理，请稍后再来。'],
    en: [
      'This agency takes no payments for now',
      '{reason} What was paid already is dealt with as usual; please come back later.',
    ],
  },
  agency_retired: {
    'zh-CN': ['该缴费单位已停止在此缴费', '{reason}请直接向该单位缴费。'],
    en: ['This agency is no longer paid here', '{reason} Please pay it directly.'],
  },
  agency_not_open_to_you: {
    'zh-CN': ['该缴费单位正在分批开放', '目前尚未对您开放，请过几天再试，或先用原来的方式缴费。'],
    en: [
      'This agency is being opened step by step',
      'It is not open to you yet; try again in some days, or pay the way you did before.',
    ],
  },
};
