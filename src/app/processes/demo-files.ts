import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DemoSettings } from '../config.ts';
import { commandLineOf, isAlive } from './process-info.ts';

/** Where a demo keeps what it keeps; all of it is in one folder that git ignores. */
export interface DemoFiles {
  dir: string;
  postgresDir: string;
  /** Where PostgreSQL's data are instead when its system user may not enter `dir` (see embedded-postgres-place.ts). */
  postgresFallbackDir: string;
  powerAgencyDir: string;
  bankDir: string;
  cityDir: string;
  logsDir: string;
  secretsFile: string;
  /** The settings of the running server, for `npx civicpay`. */
  environmentFile: string;
  lockFile: string;
}

/** What only this demo knows; drawn at its first start. */
export interface DemoSecrets {
  databasePassword: string;
  vault: { keys: Record<string, string>; current: string; indexKey: string };
  powerAgency: Omit<DemoSettings['powerAgency'], 'url'>;
  bank: Omit<DemoSettings['bank'], 'url'>;
  staff: DemoSettings['staff'];
}

/** A log larger than this is put aside at the next start. */
const MAX_LOG_BYTES = 20 * 1024 * 1024;

export function demoFiles(dir: string): DemoFiles {
  const fingerprint = createHash('sha256').update(dir).digest('hex').slice(0, 12);
  return {
    dir,
    postgresDir: path.join(dir, 'postgres'),
    postgresFallbackDir: `/var/lib/civicpay-${fingerprint}`,
    powerAgencyDir: path.join(dir, 'power-agency'),
    bankDir: path.join(dir, 'bank'),
    cityDir: path.join(dir, 'city'),
    logsDir: path.join(dir, 'logs'),
    secretsFile: path.join(dir, 'secrets.json'),
    environmentFile: path.join(dir, 'environment.json'),
    lockFile: path.join(dir, 'demo.lock'),
  };
}

/** Makes the folder and takes it for this process; throws when another demo runs in it. Returns how to let go. */
export function takeFolder(files: DemoFiles): () => void {
  mkdirSync(files.dir, { recursive: true });
  const holder = existsSync(files.lockFile) ? Number(readFileSync(files.lockFile, 'utf8')) : Number.NaN;
  if (
    holder !== process.pid &&
    isAlive(holder) &&
    /start\.mjs|dev\.mjs|processes.demo/.test(commandLineOf(holder))
  ) {
    throw new Error(
      `This demo is running already (process ${holder}). Stop it with Ctrl-C, or: kill ${holder}`,
    );
  }
  writeFileSync(files.lockFile, String(process.pid));
  return () => rmSync(files.lockFile, { force: true });
}

/** Forgets everything, so that the next start is the first one. */
export function removeDemo(files: DemoFiles): void {
  const { postgresDir, powerAgencyDir, bankDir, cityDir, logsDir } = files;
  for (const folder of [postgresDir, powerAgencyDir, bankDir, cityDir, logsDir]) {
    rmSync(folder, { recursive: true, force: true });
  }
  rmSync(files.secretsFile, { force: true });
  rmSync(files.environmentFile, { force: true });
  if (process.getuid?.() === 0) rmSync(files.postgresFallbackDir, { recursive: true, force: true });
}

/** The file for what one program prints; only we may read it. */
export function logFileOf(files: DemoFiles, name: string): string {
  mkdirSync(files.logsDir, { recursive: true });
  const file = path.join(files.logsDir, `${name}.log`);
  if (existsSync(file) && statSync(file).size > MAX_LOG_BYTES) renameSync(file, `${file}.old`);
  return file;
}

/** The demo's secrets, drawn and kept at the first start. */
export function demoSecrets(files: DemoFiles): DemoSecrets {
  if (existsSync(files.secretsFile))
    return JSON.parse(readFileSync(files.secretsFile, 'utf8')) as DemoSecrets;
  const secrets = drawSecrets();
  writePrivately(files.secretsFile, secrets);
  return secrets;
}

/** Writes JSON that only this user may read, whole or not at all. */
export function writePrivately(file: string, value: unknown): void {
  const unfinished = `${file}.unfinished`;
  writeFileSync(unfinished, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, file);
}

function drawSecrets(): DemoSecrets {
  const token = () => randomBytes(32).toString('base64url');
  const staff = (role: 'finance' | 'operator', displayName: string, name: string = role) => ({
    email: `${name}@demo.example`,
    password: `${letters(4)}-${letters(4)}-${letters(4)}-${letters(4)}`.toLowerCase(),
    totpSecret: letters(32),
    displayName,
    role,
  });
  return {
    databasePassword: token(),
    vault: {
      keys: { demo1: randomBytes(32).toString('base64') },
      current: 'demo1',
      indexKey: randomBytes(32).toString('base64'),
    },
    powerAgency: { appSecret: token(), controlToken: token() },
    bank: {
      merchantKey: token(),
      webhookSecret: `whsec_${randomBytes(32).toString('base64')}`,
      controlToken: token(),
    },
    // A payout file is made by one of finance and approved by two others.
    staff: [
      staff('finance', '财务 Finance'),
      staff('operator', '运维 Operator'),
      staff('finance', '财务乙 Finance 2', 'finance-2'),
      staff('finance', '财务丙 Finance 3', 'finance-3'),
    ],
  };
}

/** Random letters of base 32 (RFC 4648), five bits each. */
function letters(count: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return Array.from(randomBytes(count), (byte) => alphabet[byte & 31]).join('');
}
