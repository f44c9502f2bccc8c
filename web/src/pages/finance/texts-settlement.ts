import { useTranslation } from 'react-i18next';
import { en } from './texts-settlement-en.ts';
import { type SettlementTexts, zhCN } from './texts-settlement-zh.ts';

/** The words of settlements and payouts in the language that is read. */
export function useSettlementTexts(): SettlementTexts {
  return useTranslation().i18n.language === 'en' ? en : zhCN;
}
