import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const main = path.join(import.meta.dirname, 'main.ts');

/** Starts the agency as a process of its own; resolves with its address. */
async function startProcess(dataDir: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', main, '--port', '0', '--data', dataDir], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      POWER_AGENCY_APP_SECRET: 'a secret of the tests',
      SANDBOX_CONTROL_TOKEN: 'token',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [ready] = (await once(child, 'message')) as [{ ready: boolean; url: string }];
  return { child, url: ready.url };
}

async function control(
  url: string,
  command: string,
  body?: unknown,
): Promise<{ items?: unknown[]; consNo?: string }> {
  const response = await fetch(`${url}/control/${command}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-control-token': 'token' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.ok).toBe(true);
  return (await response.json()) as { items?: unknown[] };
}

describe('the power company as a process', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'power-agency-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  it('keeps what it told of, killed outright', async () => {
    const first = await startProcess(dataDir);
    const { consNo } = await control(first.url, 'customers', {});
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = await startProcess(dataDir);
    await control(second.url, 'bills', { consNo });
    second.child.kill('SIGTERM');
    expect(await once(second.child, 'exit')).toEqual([0, null]);
  });

  it('ends when its parent is gone', async () => {
    const { child } = await startProcess(dataDir);
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('says what it wants when it is started wrongly', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', main], {
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said: string[] = [];
    child.stderr?.on('data', (chunk) => said.push(String(chunk)));
    expect(await once(child, 'close')).toEqual([2, null]);
    expect(said.join('')).toContain('usage: power-agency --port N --data DIR');
  });
});
