import type { LocalText } from '../contract/index.ts';
import { REGION_TABLE } from './regions.data.ts';

const NAMES: ReadonlyMap<string, LocalText> = new Map(
  REGION_TABLE.trim()
    .split(/,|\n/)
    .map((entry) => {
      const [code = '', chinese = '', ...english] = entry.trim().split(' ');
      return [code, { 'zh-CN': chinese, en: english.join(' ') }];
    }),
);

/** Names of a GB/T 2260 region down to the prefecture; null for a code that is not in the table. */
export function regionNames(code: string): LocalText | null {
  return NAMES.get(code) ?? null;
}

/**
 * The regions whose agencies serve somebody in this one: itself, its prefecture and its province. GB/T 2260
 * nests by pairs of digits.
 */
export function servingRegions(code: string): string[] {
  return [...new Set([code, `${code.slice(0, 4)}00`, `${code.slice(0, 2)}0000`])];
}
