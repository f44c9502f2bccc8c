import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEPOSIT_NUMBERS, LOAN_NUMBERS } from '../../sandbox/provident-fund-center/books.ts';
import { startProvidentFundCenter } from '../../sandbox/provident-fund-center/server.ts';
import { ALWAYS_OPEN } from '../../sandbox/support/service-hours.ts';
import { manifestSchema } from '../../src/contract/index.ts';
import { chinaDate } from '../../src/kernel/china-time.ts';
import { parseMinor } from '../../src/kernel/money.ts';
import { generateSm2KeyPair } from '../../src/kernel/sm2.ts';
import type { ContractAccount, ProviderSandbox } from '../../test/contract/provider/harness.ts';
import { providerContract } from '../../test/contract/provider.contract.ts';
import type { Settings } from './client.ts';
import providentFund from './index.ts';

const manifestOf = (id: string) =>
  manifestSchema.parse(
    JSON.parse(readFileSync(path.join(import.meta.dirname, `manifests/${id}.json`), 'utf8')),
  );
const [deposits, loans] = [
  manifestOf('guangzhou-provident-fund'),
  manifestOf('guangzhou-provident-fund-loan'),
];
const [merchant, theirs] = [generateSm2KeyPair(), generateSm2KeyPair()];

async function start(kind: 'deposit' | 'loan'): Promise<ProviderSandbox<Settings>> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'provident-fund-'));
  const { url, center, goDown, comeUp, stop } = await startProvidentFundCenter({
    port: 0,
    dataDir,
    keys: {
      merchantNo: 'civicpay',
      merchantPublicKey: merchant.publicKeyHex,
      centerPrivateKey: theirs.privateKeyHex,
    },
    controlToken: 'unused',
  });
  const { conduct } = center;
  // Noon at the center: no test then straddles midnight or the cut-off, whenever it runs.
  conduct.clock.set(Date.parse(`${chinaDate(conduct.clock.nowMs())}T12:00:00+08:00`));
  const name = '司徒文轩';
  const accountOf = (accountNo: string): ContractAccount => ({
    inputs: kind === 'deposit' ? { accountNumber: accountNo, name } : { loanNumber: accountNo },
    personalData: [accountNo, name],
  });
  return {
    settings: {
      baseUrl: url,
      merchantNo: 'civicpay',
      merchantPrivateKey: merchant.privateKeyHex,
      centerPublicKey: theirs.publicKeyHex,
      // Twenty calls at once sign and verify eighty times in one process.
      timeoutMs: 1_500,
    },
    nowMs: () => conduct.clock.nowMs(),
    async account(state) {
      if (state === 'unknown') {
        const numbers = kind === 'deposit' ? DEPOSIT_NUMBERS : LOAN_NUMBERS;
        return accountOf(numbers.numberOf(9_999_999, null));
      }
      const { accountNo } = await center.addCustomer({ kind, name });
      if (kind === 'loan' && state === 'severalDue') {
        await center.issueBill({ accountNo, month: '202502', dueDate: '2025-02-20' });
        await center.issueBill({ accountNo, month: '202503', dueDate: '2025-03-20' });
      }
      if (kind === 'loan' && state !== 'nothingDue') {
        await center.issueBill({ accountNo, month: '202601', dueDate: '2099-01-20' });
      }
      return accountOf(accountNo);
    },
    async fault(fault, operation) {
      conduct.addFault({ operation, fault, times: 1 });
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
    books: async () => center.postings(),
    async endDays() {
      conduct.clock.advance(3 * 86_400_000);
    },
    readStatement: (content) =>
      Buffer.from(content)
        .toString('utf8')
        .split('\r\n')
        .slice(1, -2)
        .map((line) => line.split(','))
        .map(([reference = '', , , , amount = '']) => ({
          reference,
          amountMinor: parseMinor(amount, 'CNY'),
        })),
    async stop() {
      await stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

providerContract({
  name: 'provident fund, against deposits at the sandbox center',
  provider: providentFund,
  manifest: deposits,
  otherManifests: [loans],
  start: () => start('deposit'),
});

providerContract({
  name: 'provident fund, against loans of the sandbox center',
  provider: providentFund,
  manifest: loans,
  otherManifests: [deposits],
  start: () => start('loan'),
});
