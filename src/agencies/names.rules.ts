import type { LocalText } from '../contract/index.ts';

/** Longest text that can be searched for, in characters; names are kept from each place for so long. */
export const MAX_SEARCH_CHARS = 32;

const IN_A_WORD = /[a-z0-9]/u;
const WORTH_FINDING = /[\p{L}\p{N}]/u;

/** A name or what somebody types for it, so that how it is written makes no difference: width, case, blanks. */
export function searchable(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
}

/**
 * Both names from each place where a search may begin: any character, but within words of Latin letters and digits only the first. What
 * is searched for is the beginning of one of them.
 */
export function searchablePlaces({ 'zh-CN': chinese, en }: LocalText): string[] {
  return [...new Set([...placesIn(chinese), ...placesIn(en)])];
}

function placesIn(name: string): string[] {
  const chars = [...searchable(name)];
  return chars.flatMap((char, index) => {
    const isWithinWord = IN_A_WORD.test(char) && IN_A_WORD.test(chars[index - 1] ?? '');
    if (isWithinWord || !WORTH_FINDING.test(char)) return [];
    return [chars.slice(index, index + MAX_SEARCH_CHARS).join('')];
  });
}
