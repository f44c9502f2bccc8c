// What was instructed and what came of it: a file that is only appended to, one JSON value a line.
import { closeSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

const COLUMNS = 'kind,reference,originalReference,agencyCode,agencyReference,amountMinor,currency,at';

/** Opens books, making them when missing. An entry: `{ path, ask, digest, atMs, keys, answer, undoneBy }`. */
export function openBooks(fileName) {
  const entries = new Map(); // by reference, in the order of time
  const paid = new Set(); // keys of what has been paid for and not undone
  const file = openSync(fileName, 'a+');
  const whole = readFileSync(file, 'utf8').replace(/[^\n]*$/, ''); // half a line was never answered
  ftruncateSync(file, Buffer.byteLength(whole));
  for (const line of whole.split('\n').slice(0, -1)) remember(JSON.parse(line));

  function remember(entry) {
    entries.set(entry.ask.reference, entry);
    if (entry.answer.outcome !== 'accepted') return;
    const original = entries.get(entry.ask.originalReference);
    if (original) original.undoneBy = entry.path;
    for (const key of entry.keys) original ? paid.delete(key) : paid.add(key);
  }

  /** Returns when it is on disk. */
  function append(entry) {
    writeSync(file, `${JSON.stringify(entry)}\n`);
    fdatasyncSync(file);
    remember(entry);
  }

  /** All that was posted on a day and not reversed, and all that was refunded; null when that is nothing. */
  function statementOf(date, businessDateOf) {
    const rows = [];
    for (const { path, ask, answer, atMs, undoneBy } of entries.values()) {
      const isReversed = [path, undoneBy].includes('/payments/reverse');
      if (answer.outcome !== 'accepted' || isReversed || businessDateOf(atMs) !== date) continue;
      const { reference, originalReference, agencyCode, amount } = ask;
      const row = [path === '/payments' ? 'payment' : 'refund', reference, originalReference, agencyCode];
      const at = answer.postedAt ?? answer.undoneAt;
      rows.push([...row, answer.agencyReference, amount.amountMinor, amount.currency, at].join(','));
    }
    // The last line shows that the file is whole.
    return rows.length === 0 ? null : `${[COLUMNS, ...rows, `end,${rows.length},,,,,,`].join('\n')}\n`;
  }

  return { entries, paid, statementOf, append, close: () => closeSync(file) };
}
