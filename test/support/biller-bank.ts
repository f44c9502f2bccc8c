import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Settings } from '../../providers/bank-biller-channel/client.ts';
import { BILLERS } from '../../sandbox/bank-biller-channel/billers.ts';
import { type RunningBillerBank, startBillerBank } from '../../sandbox/bank-biller-channel/server.ts';
import type { Clock } from '../../src/kernel/clock.ts';

export const CABLE_TV = 'GD4401CATV01';
export const TELEPHONE = 'GD4401TEL001';
export const BROADBAND = 'GD4401BB0001';
export const WATER = 'GD4401WATER1';

/** A running sandbox bank that carries billers, and the settings of a connection to it. */
export type TestBillerBank = RunningBillerBank & { settings: Settings };

export async function openBillerBank(
  timeoutMs: number,
  controlToken = 'unused',
  clock?: Clock,
): Promise<TestBillerBank> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'biller-bank-'));
  const [ours, theirs] = [newKeys(), newKeys()];
  const running = await startBillerBank({
    port: 0,
    dataDir,
    keys: { partnerId: 'civicpay', partnerPublicKey: ours.publicKey, bankPrivateKey: theirs.privateKey },
    controlToken,
    ...(clock ? { clock } : {}),
  });
  return {
    ...running,
    settings: {
      baseUrl: running.url,
      partnerId: 'civicpay',
      privateKey: ours.privateKey,
      bankPublicKey: theirs.publicKey,
      timeoutMs,
    },
    async stop() {
      await running.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What a biller's customers are named by. */
export function inputOf(billerId: string): string {
  return BILLERS.find((biller) => biller.billerId === billerId)?.field.key ?? '';
}

/** A new RSA key, base64 of DER. */
export function newKeys(): { privateKey: string; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
}
