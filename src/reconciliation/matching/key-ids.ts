import type { RowTable } from './row-table.ts';
import { KEY_COLUMNS, type KeyColumn, NO_TEXT } from './row-values.ts';

/** By column and row, numbers of texts in the pool that both sides share: the same text has the same number. */
export type KeyIds = Readonly<Record<KeyColumn, Int32Array>>;

/** Of the given rows; all others have `NO_TEXT`. A column that the table does not have is empty. */
export function keyIdsOf(table: RowTable, rows: Int32Array): KeyIds {
  const idsOf = (name: KeyColumn): Int32Array => {
    const { at, hash, isEmpty } = table[name];
    if (isEmpty || rows.length === 0) return new Int32Array(0);
    const ids = new Int32Array(table.count).fill(NO_TEXT);
    const { words } = table.texts;
    for (const row of rows) {
      const word = at[row] ?? NO_TEXT;
      if (word !== NO_TEXT) ids[row] = table.pool.idOfWords(words, word, hash[row] ?? 0);
    }
    return ids;
  };
  return Object.fromEntries(KEY_COLUMNS.map((name) => [name, idsOf(name)])) as unknown as KeyIds;
}
