import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Messages } from './zh-CN.ts';

export const LANGUAGES = ['zh-CN', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

const STORAGE_KEY = 'civicpay.language';

/** Only the language that is read is loaded. */
const catalogues: Record<Language, () => Promise<Messages>> = {
  'zh-CN': () => import('./zh-CN.ts').then((module) => module.zhCN),
  en: () => import('./en.ts').then((module) => module.en),
};

export const i18n = i18next;

/** What was chosen here before; else English for browsers that ask for it first; else Chinese. */
function preferredLanguage(): Language {
  const chosen = LANGUAGES.find((language) => language === localStorage.getItem(STORAGE_KEY));
  return chosen ?? (navigator.language.startsWith('en') ? 'en' : 'zh-CN');
}

/** Must be done before anything is rendered. */
export async function startI18n(): Promise<void> {
  const language = preferredLanguage();
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: await catalogues[language]() } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  document.documentElement.lang = language;
}

/** Switches and remembers the language. */
export async function chooseLanguage(language: Language): Promise<void> {
  i18next.addResourceBundle(language, 'translation', await catalogues[language]());
  await i18next.changeLanguage(language);
  localStorage.setItem(STORAGE_KEY, language);
  document.documentElement.lang = language;
}
