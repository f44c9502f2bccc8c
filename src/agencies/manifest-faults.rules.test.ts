import { readFileSync } from 'node:fs';
import path from 'node:path';
import { plainManifest } from '../../test/support/plain-agency.ts';
import { manifestSchema } from '../contract/index.ts';
import { FIELD_PROBLEMS } from '../http/field-problems.ts';
import { manifestProblems } from './manifest-faults.rules.ts';

const CONTRACT = path.resolve(import.meta.dirname, '../contract');

function problemsOf(manifest: object) {
  const { error } = manifestSchema.safeParse(manifest, { reportInput: true });
  return error ? manifestProblems(error) : [];
}

describe('what is wrong with a manifest', () => {
  it('is said with its place and in words of its own', () => {
    const { names: _, ...nameless } = plainManifest('plain-agency', {
      capabilities: ['pay'],
      fees: [
        {
          payer: 'resident',
          effectiveFrom: '2026-01-01',
          slabs: [{ upToMinor: 5, flatMinor: 0, ratePpm: 0 }],
          split: { platform: 0, channel: 0, agency: 0 },
        },
      ],
    });
    expect(problemsOf(nameless)).toEqual([
      { pointer: '#/names', code: 'required' },
      { pointer: '#/fees/0/split', code: 'split_empty', params: {} },
    ]);
    expect(problemsOf(plainManifest('plain-agency', { capabilities: ['pay'] }))).toEqual([
      { pointer: '#/queryKind', code: 'capability_needed', params: { capability: 'queryBills' } },
      { pointer: '#/capabilities', code: 'pay_needs_query_payment', params: {} },
    ]);
  });

  it('has words for every rule that the contract states', () => {
    const files = ['manifest.ts', 'manifest.fees.ts', 'manifest.inputs.ts'];
    const text = files.map((file) => readFileSync(path.join(CONTRACT, file), 'utf8')).join('\n');
    const stated = [
      ...text.matchAll(/message: '([^']+)'/g),
      ...text.matchAll(/message: `([^`]+)`/g),
      ...text.matchAll(/\.refine\([\s\S]*?, '([^']+)'\)/g),
    ].map((match) => match[1] ?? '');
    expect(stated.length).toBeGreaterThan(12);
    for (const message of stated) {
      const filled = message.replace(/\$\{[^}]+\}/g, 'agency');
      const [problem] = manifestProblems({
        issues: [{ code: 'custom', path: [], message: filled }],
      } as never);
      expect([message, problem?.code]).not.toEqual([message, 'invalid']);
      expect(Object.keys(FIELD_PROBLEMS)).toContain(problem?.code);
    }
  });
});
