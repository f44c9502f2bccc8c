import { statfsSync } from 'node:fs';
import { createVault, type VaultKeys } from '../../infra/crypto/index.ts';
import type { Finding } from './doctor.ts';
import { ROOT } from './environment.ts';

const OLDEST_NODE = [20, 19] as const;
const MIN_FREE_BYTES = 1024 ** 3;
const ANSWER_TIMEOUT_MS = 5_000;

export function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const detail = `${process.versions.node} on ${process.platform}-${process.arch}`;
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) {
    return { name: 'node', status: 'ok', detail };
  }
  return { name: 'node', status: 'wrong', detail, mend: `install Node ${OLDEST_NODE.join('.')} or newer` };
}

export function checkDisk(): Finding {
  const { bavail, bsize } = statfsSync(ROOT);
  const freeBytes = bavail * bsize;
  const detail = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free at ${ROOT}`;
  if (freeBytes >= MIN_FREE_BYTES) return { name: 'disk', status: 'ok', detail };
  return { name: 'disk', status: 'wrong', detail, mend: 'make room: at least 1 GiB' };
}

/** Whether the keys can be used; whether they are the right ones only the data can tell. */
export function checkKeys(keys: VaultKeys): Finding {
  const name = 'encryption keys';
  try {
    const vault = createVault(keys);
    if (vault.open(vault.seal('probe', 'doctor'), 'doctor') !== 'probe')
      throw new Error('they do not open what they seal');
    const others = Object.keys(keys.keys).filter((id) => id !== keys.current);
    const detail = `sealing with ${keys.current}${others.length > 0 ? `, also opening ${others.join(', ')}` : ''}`;
    return { name, status: 'ok', detail };
  } catch (error) {
    const mend = 'correct VAULT_KEYS, VAULT_CURRENT_KEY and VAULT_INDEX_KEY';
    return { name, status: 'wrong', detail: (error as Error).message, mend };
  }
}

/** A sandbox that answers at all is reachable; what it answers is the server's business. */
export async function checkSite(name: string, url: string): Promise<Finding> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    return { name, status: 'ok', detail: url };
  } catch {
    return {
      name,
      status: 'unreachable',
      detail: `${url} does not answer`,
      mend: 'it runs while npm start does',
    };
  }
}

interface ReadyReport {
  checks?: Record<string, { ok: boolean; detail?: string }>;
}

/** What the running server says of itself and of the agencies and banks it is connected to. */
export async function checkServer(publicUrl: string): Promise<Finding[]> {
  const name = 'server';
  let report: ReadyReport;
  try {
    const answer = await fetch(`${publicUrl}/readyz`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    report = (await answer.json()) as ReadyReport;
  } catch {
    const mend = 'start it: npm start, or npx civicpay serve';
    return [{ name, status: 'unreachable', detail: `${publicUrl} does not answer`, mend }];
  }
  const checks = Object.entries(report.checks ?? {}).map(
    ([check, { ok, detail }]): Finding => ({
      name: `${name}: ${check}`,
      status: ok ? 'ok' : 'wrong',
      detail: detail ?? (ok ? 'works' : 'does not work'),
    }),
  );
  return [{ name, status: 'ok', detail: publicUrl }, ...checks];
}
