import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { identityNumber } from '../../sandbox/social-security-bureau/identity-numbers.rules.ts';
import { startSocialSecurityBureau } from '../../sandbox/social-security-bureau/server.ts';
import { ALWAYS_OPEN } from '../../sandbox/support/service-hours.ts';
import { manifestSchema } from '../../src/contract/index.ts';
import { chinaDate } from '../../src/kernel/china-time.ts';
import type { ProviderSandbox } from '../../test/contract/provider/harness.ts';
import { providerContract } from '../../test/contract/provider.contract.ts';
import type { Settings } from './client.ts';
import socialSecurity from './index.ts';

const manifestFile = path.join(import.meta.dirname, 'manifests/guangzhou-social-security.json');

async function start(): Promise<ProviderSandbox<Settings>> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'social-security-'));
  const channel = { channelId: 'civicpay', macKey: 'a key of the tests' };
  const { tcpPort, bureau, goDown, comeUp, stop } = await startSocialSecurityBureau({
    port: 0,
    controlPort: 0,
    dataDir,
    channel,
    controlToken: 'unused',
  });
  const { conduct } = bureau;
  // Noon at the bureau: no test then straddles midnight or the cut-off, whenever it runs.
  conduct.clock.set(Date.parse(`${chinaDate(conduct.clock.nowMs())}T12:00:00+08:00`));
  return {
    settings: { host: '127.0.0.1', port: tcpPort, tls: false, ...channel, timeoutMs: 1_000 },
    nowMs: () => conduct.clock.nowMs(),
    async account(kind) {
      const name = '司徒文轩';
      const inputsOf = (accountNo: string) => ({
        inputs: { identityNumber: accountNo, name, grade: '60' },
        personalData: [accountNo, name],
      });
      if (kind === 'unknown') return inputsOf(identityNumber(1, null));
      const { accountNo } = await bureau.addCustomer({ name });
      const months = { oneDue: 1, severalDue: 3, nothingDue: 0 }[kind];
      for (let month = 0; month < months; month++) await bureau.issueBill({ accountNo });
      return inputsOf(accountNo);
    },
    async fault(fault, operation) {
      const name = operation === 'fetchStatement' ? 'dailyFile' : operation;
      conduct.addFault({ operation: name, fault, times: 1 });
    },
    async close() {
      const nowMs = conduct.clock.nowMs();
      conduct.setServiceHours({ ...ALWAYS_OPEN, maintenance: [{ fromMs: nowMs, toMs: nowMs + 3_600_000 }] });
    },
    goDown,
    async heal() {
      conduct.clearFaults();
      conduct.setServiceHours(ALWAYS_OPEN);
      await comeUp();
    },
    async settle() {
      conduct.clock.advance(10_000);
    },
    books: async () => bureau.postings(),
    undoings: async () => bureau.reversals(),
    async endDays() {
      conduct.clock.advance(3 * 86_400_000);
    },
    // As the bureau documents it: fields of fixed width, here by their places in a line.
    readStatement: (content) =>
      Buffer.from(content)
        .toString('latin1')
        .split('\n')
        .filter((line) => line.startsWith('D'))
        .map((line) => ({ reference: line.slice(9, 41).trimEnd(), amountMinor: Number(line.slice(73, 85)) })),
    async stop() {
      await stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

providerContract({
  name: 'social security, against the sandbox bureau',
  provider: socialSecurity,
  manifest: manifestSchema.parse(JSON.parse(readFileSync(manifestFile, 'utf8'))),
  start,
});
