import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ALWAYS_OPEN } from '../../sandbox/support/service-hours.ts';
import { startVendorPlatform } from '../../sandbox/vendor-platform/server.ts';
import { NUMBERINGS, TENANTS } from '../../sandbox/vendor-platform/tenants.ts';
import { type Manifest, manifestSchema } from '../../src/contract/index.ts';
import { chinaDate } from '../../src/kernel/china-time.ts';
import type { ProviderSandbox } from '../../test/contract/provider/harness.ts';
import { providerContract } from '../../test/contract/provider.contract.ts';
import type { Settings } from './client.ts';
import vendorPlatform from './index.ts';
import { toListing } from './listings.ts';
import { tenantSchema } from './wire.ts';

const SCHOOL = 'ten-lingnan-school';
const PROPERTY = 'ten-yulan-garden';

function manifestOf(tenantId: string): Manifest {
  const tenant = TENANTS.find((candidate) => candidate.tenantId === tenantId);
  const listing = toListing(tenantSchema.parse(tenant));
  return manifestSchema.parse({ ...listing, id: 'behind-a-vendor', connection: 'a-vendor' });
}

async function start(tenantId: string): Promise<ProviderSandbox<Settings>> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'vendor-platform-'));
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const messageSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const appPublicKey = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const { url, platform, goDown, comeUp, stop } = await startVendorPlatform({
    port: 0,
    dataDir,
    keys: { appKey: 'civicpay', appPublicKey, messageSecret },
    controlToken: 'unused',
  });
  const { conduct } = platform;
  // Noon at the platform: no test then straddles midnight, whenever it runs.
  conduct.clock.set(Date.parse(`${chinaDate(conduct.clock.nowMs())}T12:00:00+08:00`));
  const inputsOf = (number: string, name: string): Record<string, string> =>
    tenantId === SCHOOL ? { studentNo: number, studentName: name } : { houseNo: number };
  return {
    settings: {
      baseUrl: url,
      appKey: 'civicpay',
      appPrivateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
      messageSecret,
      timeoutMs: 1_000,
    },
    nowMs: () => conduct.clock.nowMs(),
    async account(kind) {
      const name = '司徒文轩';
      if (kind === 'unknown') {
        const number = NUMBERINGS[tenantId]?.numberOf(999_999, null) ?? '';
        return { inputs: inputsOf(number, name), personalData: [number, name] };
      }
      const { number = '' } = (await platform.addCustomer({ tenantId, name })) ?? {};
      if (kind !== 'nothingDue') await platform.issueBill({ tenantId, number });
      if (kind === 'severalDue') await platform.issueBill({ tenantId, number, period: '202502' });
      return { inputs: inputsOf(number, name), personalData: [number, name] };
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
    books: async () => platform.postings(),
    undoings: async () => platform.undoings(),
    async endDays() {
      conduct.clock.advance(3 * 86_400_000);
    },
    readStatement: () => [],
    async webhook({ reference }, ageSeconds) {
      const message = platform.messageOf(reference, ageSeconds);
      if (!message) throw new Error('the payment is not finished');
      const { headers, body } = message;
      return { method: 'POST', path: '/v1/webhooks', headers, rawBody: Buffer.from(body) };
    },
    async stop() {
      await stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

describe.each([
  ['a school, whose bills may be paid in any order', SCHOOL],
  ['a property manager, whose oldest bills come first', PROPERTY],
])('vendor platform: %s', (name, tenantId) => {
  providerContract({
    name,
    provider: vendorPlatform,
    manifest: manifestOf(tenantId),
    start: () => start(tenantId),
  });
});
