import { readFileSync } from 'node:fs';
import { READING_PROBLEMS } from './statement-problems.text.ts';

/** What gates of their own speak of. */
const ARITHMETIC = ['total_differs', 'balance_differs'];

it('has words for every problem of reading that docs/statements.md lists, and for no other', () => {
  const guide = readFileSync(new URL('../../docs/statements.md', import.meta.url), 'utf8');
  const [table = ''] = /## Problems[\s\S]*?(?=\n## )/.exec(guide) ?? [];
  const [ofGate = ''] = /\| `whole` \|.*\n/.exec(guide) ?? [];
  const codes = [...(table + ofGate).matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, code]) => code);
  expect(Object.keys(READING_PROBLEMS).sort()).toEqual(
    [...new Set(codes)].filter((code) => !ARITHMETIC.includes(code ?? '')).sort(),
  );
});
