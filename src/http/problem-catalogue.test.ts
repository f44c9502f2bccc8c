import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { DomainError, type DomainErrorKind } from '../kernel/errors.ts';
import { FIELD_PROBLEMS } from './field-problems.ts';
import { problemOf, problemSchema } from './problem.ts';
import { LANGUAGES, PROBLEMS } from './problem-catalogue.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const sources = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => ({ file, text: readFileSync(path.join(ROOT, 'src', file), 'utf8') }));

const context = { language: 'zh-CN', traceId: 'a'.repeat(32), instance: '/v1/x' } as const;
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

function codesBy(pattern: RegExp): Map<string, string> {
  const found = new Map<string, string>();
  for (const { file, text } of sources) {
    for (const match of text.matchAll(pattern)) found.set(match[1] ?? '', file);
  }
  return found;
}

describe('the catalogue of problems', () => {
  it('says what happened and what to do next, in every language, with the same facts', () => {
    for (const [code, entry] of Object.entries(PROBLEMS)) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      for (const language of LANGUAGES) {
        const [title, detail] = entry[language];
        expect({ code, isSaid: title.length > 1 && detail.length > 3 }).toEqual({ code, isSaid: true });
      }
      expect({ code, facts: placeholders(entry['zh-CN'].join()) }).toEqual({
        code,
        facts: placeholders(entry.en.join()),
      });
    }
    for (const [code, text] of Object.entries(FIELD_PROBLEMS)) {
      expect({ code, facts: placeholders(text['zh-CN']) }).toEqual({ code, facts: placeholders(text.en) });
    }
  });

  it('knows every code that any route documents', () => {
    const { paths } = JSON.parse(readFileSync(path.join(ROOT, 'docs/openapi.json'), 'utf8'));
    const operations = Object.values(
      paths as Record<string, Record<string, { 'x-problems'?: string[] }>>,
    ).flatMap(Object.values);
    const documented = operations.flatMap((operation) => operation['x-problems'] ?? []);
    expect(documented.length).toBeGreaterThan(0);
    expect(documented.filter((code) => !(code in PROBLEMS))).toEqual([]);
  });

  it('knows every code that the sources throw, and no other', () => {
    const thrown = codesBy(/new DomainError\(\s*'\w+',\s*'(\w+)'/g);
    expect([...thrown].filter(([code]) => !(code in PROBLEMS))).toEqual([]);
    const outside = sources.filter(({ file }) => !file.startsWith(path.join('http', 'problems')));
    const unused = Object.keys(PROBLEMS).filter(
      (code) => !outside.some(({ text }) => text.includes(`'${code}'`)),
    );
    expect(unused).toEqual([]);
  });

  it('knows every code of a field', () => {
    const fields = codesBy(/pointer:[^{}]*?\bcode: '(\w+)'/g);
    const refined = codesBy(/params: \{ code: '(\w+)'/g);
    expect([...fields, ...refined].filter(([code]) => !(code in FIELD_PROBLEMS))).toEqual([]);
  });
});

describe('a problem', () => {
  const kinds: DomainErrorKind[] = [
    'invalid',
    'unauthenticated',
    'forbidden',
    'notFound',
    'conflict',
    'gone',
    'tooMany',
    'unavailable',
  ];

  it('comes of every refusal, listed or not, in the documented shape', () => {
    const code = fc.oneof(
      fc.constantFrom(...Object.keys(PROBLEMS)),
      fc.stringMatching(/^[a-z_]{1,20}$/),
      fc.constantFrom('constructor', '__proto__', 'valueOf'),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        code,
        fc.constantFrom(...LANGUAGES),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (kind, name, language, params) => {
          const problem = problemOf(new DomainError(kind, name, { params }), { ...context, language });
          expect(problemSchema.strict().safeParse(problem).success).toBe(true);
          expect(problem.code).toBe(name);
          expect(problem.status).toBeGreaterThanOrEqual(400);
          expect(problem.title.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('shows money in the words of the reader, to the last fen', () => {
    const listed = Object.entries(PROBLEMS).find(([, entry]) => entry.en.join().includes('{amount}'));
    if (!listed) throw new Error('no problem tells an amount');
    const amount = { amountMinor: 900719925474099, currency: 'CNY' };
    const error = new DomainError('conflict', listed[0], { params: { amount } });
    const [zh, en] = LANGUAGES.map((language) => problemOf(error, { ...context, language }));
    expect(`${zh?.title}${zh?.detail}`).toContain('¥9,007,199,254,740.99');
    expect(`${en?.title}${en?.detail}`).toContain('CN¥9,007,199,254,740.99');
    expect(zh?.params).toEqual({ amount });
  });

  it('says nothing of what was not expected', () => {
    const problem = problemOf(new TypeError('the password is x'), context);
    expect(problem).toMatchObject({ status: 500, code: 'internal_error', retryable: false });
    expect(JSON.stringify(problem)).not.toContain('password');
  });
});
