/** Characters that people and scanners take for each other. */
const LOOKALIKES: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1', B: '8', S: '5', Z: '2' };

/** A reference without what is lost or added on its way: case, width, punctuation, zeros in front. */
export function plainReference(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/^0+(?=.)/, '');
}

/**
 * How alike two plain references are, in percent: 99 the same · 95 one is the beginning or end of the other · 94 the same but for
 * characters that look alike · 92 two neighbours changed places · 90 one character more · 80 one character another (which in a
 * numbered series is simply the next payment) · 0 anything else, or too short to say.
 */
export function likeness(a: string, b: string, minLength: number): number {
  if (a === b) return a === '' ? 0 : 99;
  const [shorter, longer] = a.length <= b.length ? [a, b] : [b, a];
  if (shorter.length < minLength) return 0;
  if (longer.startsWith(shorter) || longer.endsWith(shorter)) return 95;
  if (folded(a) === folded(b)) return 94;
  const start = commonStart(a, b);
  const restOf = (text: string, skipped: number) => text.slice(start + skipped);
  if (shorter.length !== longer.length) {
    return longer.length === shorter.length + 1 && restOf(shorter, 0) === restOf(longer, 1) ? 90 : 0;
  }
  const isSwapped = a[start] === b[start + 1] && a[start + 1] === b[start] && restOf(a, 2) === restOf(b, 2);
  if (isSwapped) return 92;
  return restOf(a, 1) === restOf(b, 1) ? 80 : 0;
}

function folded(text: string): string {
  return text.replace(/[OILBSZ]/g, (letter) => LOOKALIKES[letter] ?? letter);
}

function commonStart(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
