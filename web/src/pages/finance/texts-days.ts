import { useTranslation } from 'react-i18next';
import { en } from './texts-days-en.ts';
import { type DayTexts, zhCN } from './texts-days-zh.ts';

/** The words of business dates in the language that is read. */
export function useDayTexts(): DayTexts {
  return useTranslation().i18n.language === 'en' ? en : zhCN;
}

/** Puts values into a text's `{{places}}`; `{{rows:row|rows}}` is the word that goes with the number, for one or for another. */
export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(
    /\{\{(\w+)(?::(\w+)\|(\w+))?\}\}/g,
    (place, name: string, one?: string, others?: string) => {
      const value = values[name];
      if (value === undefined) return place;
      return one === undefined || others === undefined ? String(value) : value === 1 ? one : others;
    },
  );
}
