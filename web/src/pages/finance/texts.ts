import { useTranslation } from 'react-i18next';
import { en } from './texts-en.ts';
import { type Texts, zhCN } from './texts-zh.ts';

/** The frame's words in the language that is read. */
export function useTexts(): Texts {
  return useTranslation().i18n.language === 'en' ? en : zhCN;
}
