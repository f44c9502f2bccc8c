import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const SOURCES = path.resolve(import.meta.dirname, '../../sandbox/reference-agency');

export interface OpenAgencyKeys {
  keyId: string;
  /** PKCS #8, base64 */
  privateKey: string;
  /** SubjectPublicKeyInfo, base64 */
  publicKey: string;
}

export function newOpenAgencyKeys(keyId: string): OpenAgencyKeys {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
    publicKeyEncoding: { format: 'der', type: 'spki' },
  });
  return { keyId, privateKey: privateKey.toString('base64'), publicKey: publicKey.toString('base64') };
}

/** A change to the sources of the reference agency: one text, which must be there, for another. */
export interface SourceChange {
  file: 'server.mjs' | 'billing.mjs' | 'books.mjs' | 'signatures.mjs';
  from: string;
  to: string;
}

/** The clock of the agency's business runs ahead by this global; that of its signatures is the real one. */
const MOVABLE_CLOCK: SourceChange = {
  file: 'server.mjs',
  from: 'const now = () => Date.now();',
  to: 'const now = () => Date.now() + (globalThis.agencyAheadMs ?? 0);',
};

export interface OpenAgency {
  url: string;
  ours: OpenAgencyKeys;
  theirs: OpenAgencyKeys;
  /** Where its data and its books are, and the settings to start it with from a command line. */
  folder: string;
  writeData(data: object): void;
  /** Every line of its books. */
  booked(): BookLine[];
  /** Begins anew with the same books and port. */
  restart(): Promise<void>;
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
  stop(): Promise<void>;
}

export interface BookLine {
  path: string;
  ask: {
    reference: string;
    originalReference?: string;
    amount: { amountMinor: number };
    bills: { billId: string }[];
  };
  answer: { outcome: string };
  atMs: number;
}

type StartAgency = (settings: object) => Promise<Server>;

/** Moves the clock of the agencies' business in this test file, by so much from the real time. */
export function setAgencyAheadMs(aheadMs: number): void {
  (globalThis as { agencyAheadMs?: number }).agencyAheadMs = aheadMs;
}

/** Starts the reference agency, or one that differs from it by some changes to its sources, in this process. */
export async function startOpenAgency(
  data: object,
  changes: readonly SourceChange[] = [],
): Promise<OpenAgency> {
  const folder = mkdtempSync(path.join(tmpdir(), 'open-agency-'));
  cpSync(SOURCES, folder, { recursive: true });
  for (const { file, from, to } of [MOVABLE_CLOCK, ...changes]) {
    const source = readFileSync(path.join(folder, file), 'utf8');
    if (!source.includes(from)) throw new Error(`${file} does not hold: ${from}`);
    writeFileSync(
      path.join(folder, file),
      source.replace(from, () => to),
    );
  }
  const ours = newOpenAgencyKeys('civicpay-1');
  const theirs = newOpenAgencyKeys('agency-1');
  const dataFile = path.join(folder, 'data.json');
  const books = path.join(folder, 'books.jsonl');
  const writeData = (value: object) => writeFileSync(dataFile, JSON.stringify(value));
  writeData(data);
  const { startAgency } = (await import(pathToFileURL(path.join(folder, 'server.mjs')).href)) as {
    startAgency: StartAgency;
  };
  const settings = {
    port: await freePort(),
    data: dataFile,
    books,
    keyId: theirs.keyId,
    privateKey: theirs.privateKey,
    civicpayKeys: { [ours.keyId]: ours.publicKey },
  };
  writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings));
  let server: Server | null = await startAgency(settings);
  const goDown = async () => {
    const closing = server;
    server = null;
    if (!closing) return;
    const closed = new Promise((resolve) => closing.close(resolve));
    closing.closeAllConnections();
    await closed;
  };
  const comeUp = async () => {
    server ??= await startAgency(settings);
  };
  return {
    url: `http://127.0.0.1:${settings.port}`,
    ours,
    theirs,
    folder,
    writeData,
    booked: () =>
      readFileSync(books, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as BookLine),
    async restart() {
      await goDown();
      await comeUp();
    },
    goDown,
    comeUp,
    async stop() {
      await goDown();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A port that is free now: the agency keeps it when it goes down and comes back. */
async function freePort(): Promise<number> {
  const holder = createTcpServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as AddressInfo;
  await new Promise((resolve) => holder.close(resolve));
  return port;
}
