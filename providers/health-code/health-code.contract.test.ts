import { readFileSync } from 'node:fs';
import path from 'node:path';
import { manifestSchema } from '../../src/contract/index.ts';
import { providerContract } from '../../test/contract/provider.contract.ts';
import healthCode from './index.ts';

const manifestFile = path.join(import.meta.dirname, 'manifests/guangzhou-health-code.json');
const manifest = manifestSchema.parse(JSON.parse(readFileSync(manifestFile, 'utf8')));

providerContract({
  name: 'health code, which is declared and does nothing yet',
  provider: healthCode,
  manifest,
  start: () => Promise.reject(new Error('there is no operation to prove')),
});

describe('the health code', () => {
  it('has no bills, asks for nothing, and offers no service that does not work', () => {
    expect(manifest.queryKind).toBe('none');
    expect(manifest.inputs).toEqual({ fields: [], groups: [], accountField: '' });
    expect(manifest.capabilities).toEqual([]);
    expect(manifest.serviceItems).toEqual([]);
  });

  it('has settings that are checked', () => {
    const good = { baseUrl: 'https://health.example', apiKey: 'a key of the tests' };
    expect(healthCode.settings.parse(good)).toEqual({ ...good, timeoutMs: 10_000 });
    for (const bad of [{ baseUrl: 'ftp://health.example' }, { apiKey: 'short' }, { timeoutMs: 5 }]) {
      expect(healthCode.settings.safeParse({ ...good, ...bad }).success).toBe(false);
    }
  });
});
