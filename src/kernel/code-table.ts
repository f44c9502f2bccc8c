/**
 * What codes of others stand for. It knows the codes that were put in and no other: what every object inherits (`constructor`,
 * `toString`) is a code that somebody may send, too.
 */
export function codeTable<V>(entries: Readonly<Record<string | number, V>>): Readonly<Record<string, V>> {
  return Object.freeze(Object.assign(Object.create(null), entries));
}
