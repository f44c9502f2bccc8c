import type { Texts } from './texts-zh.ts';

export const en: Texts = {
  title: 'Finance',
  navigation: 'Pages for finance',
  pages: {
    days: 'Days',
    breaks: 'Breaks',
    settlements: 'Settlements',
    payouts: 'Payouts',
    months: 'Month end',
  },
};
