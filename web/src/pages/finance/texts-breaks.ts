import { useTranslation } from 'react-i18next';
import { en } from './texts-breaks-en.ts';
import { type BreakTexts, zhCN } from './texts-breaks-zh.ts';

/** The words of breaks in the language that is read. */
export function useBreakTexts(): BreakTexts {
  return useTranslation().i18n.language === 'en' ? en : zhCN;
}

/** What a code is called; the code itself where nobody has named it. */
export function wordOf(words: Readonly<Record<string, string>>, code: string): string {
  return words[code] ?? code;
}
