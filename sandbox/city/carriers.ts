import path from 'node:path';
import { BILLERS } from '../bank-biller-channel/billers.ts';
import { DEMO_CUSTOMERS as BANK_CUSTOMERS } from '../bank-biller-channel/demo-customers.ts';
import { startBillerBank } from '../bank-biller-channel/server.ts';
import { DEMO_CUSTOMERS as VENDOR_CUSTOMERS } from '../vendor-platform/demo-customers.ts';
import { startVendorPlatform } from '../vendor-platform/server.ts';
import { TENANTS } from '../vendor-platform/tenants.ts';
import type { StartMember } from './members.ts';

/** Members that carry many agencies over one connection, which lists them. */

const BANK_CONNECTION = 'guangzhou-bank-billers';
const VENDOR_CONNECTION = 'vendor-platform-sandbox';
const PARTNER = 'civicpay';

export const startBankBillers: StartMember = async ({ dataDir, keys }) => {
  const [ours, theirs] = [keys.rsa('biller bank partner'), keys.rsa('biller bank')];
  const bank = await startBillerBank({
    port: 0,
    dataDir: path.join(dataDir, 'bank-biller-channel'),
    keys: { partnerId: PARTNER, partnerPublicKey: ours.publicKey, bankPrivateKey: theirs.privateKey },
    controlToken: keys.secret('biller bank control'),
  });
  const keyOf = new Map(BILLERS.map(({ billerId, field }) => [billerId, field.key]));
  return {
    offer: {
      connectionId: BANK_CONNECTION,
      kind: 'bank-biller-channel',
      settings: {
        baseUrl: bank.url,
        partnerId: PARTNER,
        privateKey: ours.privateKey,
        bankPublicKey: theirs.publicKey,
      },
    },
    accounts: BANK_CUSTOMERS.map(({ billerId, number, about }) => ({
      listedAs: { connectionId: BANK_CONNECTION, agencyCode: billerId },
      inputs: { [keyOf.get(billerId) ?? '']: number },
      about,
    })),
    control: { url: bank.url, token: keys.secret('biller bank control') },
    stop: bank.stop,
  };
};

export const startVendor: StartMember = async ({ dataDir, keys }) => {
  const app = keys.p256('vendor app');
  const messageSecret = `whsec_${Buffer.from(keys.secret('vendor messages')).toString('base64')}`;
  const vendor = await startVendorPlatform({
    port: 0,
    dataDir: path.join(dataDir, 'vendor-platform'),
    keys: { appKey: PARTNER, appPublicKey: app.publicKey, messageSecret },
    controlToken: keys.secret('vendor control'),
  });
  return {
    offer: {
      connectionId: VENDOR_CONNECTION,
      kind: 'vendor-platform',
      settings: { baseUrl: vendor.url, appKey: PARTNER, appPrivateKey: app.privateKey, messageSecret },
    },
    accounts: VENDOR_CUSTOMERS.map(({ tenantId, number, name, about }) => ({
      listedAs: { connectionId: VENDOR_CONNECTION, agencyCode: tenantId },
      inputs: inputsOf(tenantId, number, name),
      about,
    })),
    control: { url: vendor.url, token: keys.secret('vendor control') },
    stop: vendor.stop,
  };
};

/** A tenant asks for the number that names the account and, where it asks for more, for a name. */
function inputsOf(tenantId: string, number: string, name: string): Record<string, string> {
  const tenant = TENANTS.find((candidate) => candidate.tenantId === tenantId);
  const fields = tenant?.form.map((field) => field.name) ?? [];
  return Object.fromEntries(fields.map((field) => [field, field === tenant?.accountField ? number : name]));
}
