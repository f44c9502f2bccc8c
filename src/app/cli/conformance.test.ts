import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { verifyReport } from '../../../providers/open-protocol/index.ts';
import { runCli } from '../../../test/support/demo.ts';
import { newOpenAgencyKeys, type OpenAgency, startOpenAgency } from '../../../test/support/open-agency.ts';

const MANIFEST = 'providers/open-protocol/manifests/xian-heating.json';
const ACCOUNTS = 'sandbox/reference-agency/test-accounts.json';

describe('civicpay conformance run', () => {
  let folder: string;
  let agency: OpenAgency;
  let args: string[];
  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'civicpay-conformance-'));
    const data = path.resolve(import.meta.dirname, '../../../sandbox/reference-agency/data.json');
    agency = await startOpenAgency(JSON.parse(readFileSync(data, 'utf8')) as object);
    const key = file('key.json', agency.ours);
    const agencyKey = file('agency-key.json', agency.theirs);
    args = ['conformance', 'run', '--url', agency.url, '--key', key, '--agency-key', agencyKey];
    args.push('--accounts', ACCOUNTS, '--manifest', MANIFEST);
  });
  afterAll(async () => {
    await agency.stop();
    rmSync(folder, { recursive: true });
  });

  function file(name: string, content: unknown): string {
    writeFileSync(path.join(folder, name), JSON.stringify(content));
    return path.join(folder, name);
  }

  it('says what it checks as it goes, and writes a report that is signed', async () => {
    const reportFile = path.join(folder, 'report.json');
    const { exitCode, stdout, stderr } = await runCli([...args, '--report', reportFile]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('✓ 并发重复 [duplicate-concurrent]');
    expect(stdout).toMatch(/通过: \d+ ✓, 0 ✗, 3 –/);
    const signed = JSON.parse(readFileSync(reportFile, 'utf8'));
    expect(signed.report).toMatchObject({ passed: true, agencyId: 'xian-heating' });
    expect(verifyReport(signed, agency.ours.publicKey)).toBe(true);
  });

  it('ends with 1 when a check fails, and says what to do about it', async () => {
    const stranger = file('stranger.json', { ...newOpenAgencyKeys('agency-1') });
    const wrong = args.map((arg) => (arg.endsWith('agency-key.json') ? stranger : arg));
    const { exitCode, stdout } = await runCli([...wrong, '--only', 'answer-signed', '--language', 'en']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('got: signatureWrong');
    expect(stdout).toContain('what to do: Sign every answer');
  });

  it('prints one JSON value', async () => {
    const { exitCode, stdout } = await runCli([...args, '--only', 'closed', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: 'closed', status: 'passed' });
  });

  it('ends with 2 for a wrong command line or file, and quotes no key', async () => {
    const secret = 'a secret that is no key';
    const badKey = file('bad-key.json', { keyId: 'k', privateKey: secret });
    const badArgs = args.map((arg) => (arg.endsWith('/key.json') ? badKey : arg));
    const bad = await runCli(badArgs);
    expect(bad).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('signingKeys.0.privateKey') });
    expect(bad.stderr).not.toContain(secret);
    expect((await runCli([...args, '--only', 'nothing'])).exitCode).toBe(2);
    expect((await runCli(['conformance', 'run'])).exitCode).toBe(2);
  });
});
