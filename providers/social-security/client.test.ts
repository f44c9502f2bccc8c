import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEMO_PARTICIPANTS } from '../../sandbox/social-security-bureau/demo-participants.ts';
import {
  type RunningSocialSecurityBureau,
  startSocialSecurityBureau,
} from '../../sandbox/social-security-bureau/server.ts';
import type { CallContext, TcpClient, TcpResult } from '../../src/contract/index.ts';
import { createHttpClient } from '../../src/infra/outbound-http/index.ts';
import { type ClosableTcpClient, createTcpClient } from '../../src/infra/outbound-tcp/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { noBillStore } from '../../test/support/no-bill-store.ts';
import type { Settings } from './client.ts';
import socialSecurity from './index.ts';

const channel = { channelId: 'civicpay', macKey: 'a key of the tests' };

describe('the connection to a social security bureau', () => {
  let dataDir: string;
  let running: RunningSocialSecurityBureau;
  let tcp: ClosableTcpClient;
  const http = createHttpClient({ allowPrivateAddresses: false });
  beforeAll(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'bureau-'));
    const ports = { port: 0, controlPort: 0 };
    running = await startSocialSecurityBureau({ ...ports, dataDir, channel, controlToken: 'unused' });
    tcp = createTcpClient({ allowPrivateAddresses: true });
  });
  afterAll(async () => {
    await Promise.all([tcp.close(), http.close(), running.stop()]);
    rmSync(dataDir, { recursive: true });
  });

  const warnings: unknown[] = [];
  const contextOf = (client: TcpClient, settings: Partial<Settings> = {}): CallContext<Settings> => ({
    settings: {
      host: '127.0.0.1',
      port: running.tcpPort,
      tls: false,
      ...channel,
      timeoutMs: 5_000,
      ...settings,
    },
    http,
    tcp: client,
    billStore: noBillStore(),
    clock: systemClock,
    log: { debug() {}, info() {}, error() {}, warn: (message, fields) => warnings.push({ message, fields }) },
  });
  const [participant] = DEMO_PARTICIPANTS;
  const { accountNo: identityNumber = '', name = '' } = participant ?? {};
  const query = (context: CallContext<Settings>) =>
    socialSecurity.operations.queryBills?.(context, { inputs: { identityNumber, name, grade: '60' } });

  it('believes no answer that was given to another message', async () => {
    const answers: TcpResult[] = [];
    const replaying: TcpClient = {
      async exchange(request) {
        answers.push(await tcp.exchange(request));
        return answers[0] as TcpResult;
      },
    };
    expect(await query(contextOf(replaying))).toMatchObject({ kind: 'due' });
    expect(await query(contextOf(replaying))).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'answer_not_authentic' },
    });
  });

  it('believes no answer that was changed on the way, in whichever byte', async () => {
    for (const at of [10, 60, 80, 150, -70, -1]) {
      const tampering: TcpClient = {
        async exchange(request) {
          const result = await tcp.exchange(request);
          if (result.kind !== 'response') return result;
          const body = Buffer.from(result.body);
          const index = at < 0 ? body.length + at : at;
          body.writeUInt8(body.readUInt8(index) ^ 1, index);
          return { ...result, body };
        },
      };
      expect(await query(contextOf(tampering))).toMatchObject({ reason: { code: 'answer_not_authentic' } });
    }
  });

  it('with the wrong key believes nothing, and says so to operators without a key or a person', async () => {
    const macKey = 'another key than theirs';
    expect(await query(contextOf(tcp, { macKey }))).toMatchObject({ kind: 'unavailable' });
    const said = JSON.stringify(warnings);
    expect(said).toContain('answer_not_authentic');
    for (const secret of [macKey, channel.macKey, identityNumber, name]) expect(said).not.toContain(secret);
  });

  it('that is at our own limits was not used', async () => {
    const busy: TcpClient = { exchange: async () => ({ kind: 'notSent', cause: 'tooBusy' }) };
    const outcome = await socialSecurity.operations.pay?.(contextOf(busy), {
      reference: 'pst_1',
      inputs: { identityNumber, name, grade: '60' },
      queryReference: 'q',
      bills: [{ billId: 'B1', amount: { amountMinor: 1, currency: 'CNY' } }],
      amount: { amountMinor: 1, currency: 'CNY' },
      debitedAtMs: 0,
    });
    expect(outcome).toEqual({ kind: 'notAttempted', reason: { code: 'too_busy', source: 'civicpay' } });
  });

  it('has settings that are checked, and speaks TLS unless told otherwise', () => {
    const good = { host: 'bureau.example', port: 9001, ...channel };
    expect(socialSecurity.settings.parse(good)).toMatchObject({ tls: true, timeoutMs: 10_000 });
    for (const bad of [
      { host: '' },
      { port: 0 },
      { macKey: 'short' },
      { channelId: 'longer than eight' },
      { timeoutMs: 5 },
    ]) {
      expect(socialSecurity.settings.safeParse({ ...good, ...bad }).success).toBe(false);
    }
  });
});
