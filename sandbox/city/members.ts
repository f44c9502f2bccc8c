import { cpSync, existsSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { DEMO_CUSTOMERS as GAS_CUSTOMERS } from '../gas-agency/demo-customers.ts';
import { startGasAgency } from '../gas-agency/server.ts';
import { LOAN_NUMBERS } from '../provident-fund-center/books.ts';
import { DEMO_CUSTOMERS as FUND_CUSTOMERS } from '../provident-fund-center/demo-customers.ts';
import { startProvidentFundCenter } from '../provident-fund-center/server.ts';
import { DEMO_PARTICIPANTS } from '../social-security-bureau/demo-participants.ts';
import { startSocialSecurityBureau } from '../social-security-bureau/server.ts';
import type { About } from '../support/fault-words.ts';
import { DEMO_CUSTOMERS as WATER_CUSTOMERS } from '../water-agency/demo-customers.ts';
import { startWaterAgency } from '../water-agency/server.ts';
import type { Keyring } from './keyring.ts';
import { OPEN_AGENCY_ACCOUNTS } from './open-agency-accounts.ts';

/** What an agency tells its partner to connect with, as a letter would. */
export interface ConnectionOffer {
  connectionId: string;
  /** Which provider speaks to it. */
  kind: string;
  settings: Readonly<Record<string, unknown>>;
}

/** An account to try, and what it is for. */
export interface DemoAccount {
  /** The agency, by the id of its manifest … */
  agencyId?: string;
  /** … or by how a connection lists it. */
  listedAs?: { connectionId: string; agencyCode: string };
  inputs: Readonly<Record<string, string>>;
  about: About;
}

/** Where a demo moves an agency's clock. */
export interface MemberControl {
  url: string;
  token: string;
}

export interface CityMember {
  offer: ConnectionOffer;
  accounts: readonly DemoAccount[];
  /** Null: its clock is that of the machine. */
  control: MemberControl | null;
  stop(): Promise<void>;
}

interface Place {
  /** Every member keeps its books in a folder of its own below it. */
  dataDir: string;
  keys: Keyring;
}

/** Starts an agency of the city. */
export type StartMember = (place: Place) => Promise<CityMember>;

const MERCHANT = 'civicpay';
const LOWEST_GRADE = '60';
const EVERY_ADDRESS = 0;

export const startWater: StartMember = async ({ dataDir, keys }) => {
  const [ours, theirs] = [keys.rsa('water merchant'), keys.rsa('water agency')];
  const water = await startWaterAgency({
    port: EVERY_ADDRESS,
    dataDir: path.join(dataDir, 'water-agency'),
    keys: { merchantId: MERCHANT, merchantPublicKey: ours.publicKey, agencyPrivateKey: theirs.privateKey },
    controlToken: keys.secret('water control'),
  });
  return {
    offer: {
      connectionId: 'guangzhou-water-gateway',
      kind: 'water',
      settings: {
        baseUrl: water.url,
        merchantId: MERCHANT,
        merchantPrivateKey: ours.privateKey,
        agencyPublicKey: theirs.publicKey,
      },
    },
    accounts: WATER_CUSTOMERS.map(({ accountNo, about }) => ({
      agencyId: 'guangzhou-water',
      inputs: { accountNumber: accountNo },
      about,
    })),
    control: { url: water.url, token: keys.secret('water control') },
    stop: water.stop,
  };
};

export const startGas: StartMember = async ({ dataDir, keys }) => {
  const [ours, theirs] = [keys.rsa('gas merchant'), keys.rsa('gas agency')];
  const gas = await startGasAgency({
    port: EVERY_ADDRESS,
    dataDir: path.join(dataDir, 'gas-agency'),
    keys: { appId: MERCHANT, merchantPublicKey: ours.publicKey, agencyPrivateKey: theirs.privateKey },
    controlToken: keys.secret('gas control'),
  });
  return {
    offer: {
      connectionId: 'guangzhou-gas-gateway',
      kind: 'gas',
      settings: {
        baseUrl: gas.url,
        appId: MERCHANT,
        merchantPrivateKey: ours.privateKey,
        agencyPublicKey: theirs.publicKey,
      },
    },
    accounts: GAS_CUSTOMERS.map(({ accountNo, meter, about }) => ({
      agencyId: meter === 'pipeline' ? 'guangzhou-gas' : 'guangzhou-gas-card',
      inputs: { accountNumber: accountNo },
      about,
    })),
    control: { url: gas.url, token: keys.secret('gas control') },
    stop: gas.stop,
  };
};

export const startSocialSecurity: StartMember = async ({ dataDir, keys }) => {
  const macKey = keys.secret('social security messages');
  const bureau = await startSocialSecurityBureau({
    port: EVERY_ADDRESS,
    controlPort: EVERY_ADDRESS,
    dataDir: path.join(dataDir, 'social-security-bureau'),
    channel: { channelId: MERCHANT, macKey },
    controlToken: keys.secret('social security control'),
  });
  return {
    offer: {
      connectionId: 'guangzhou-social-security-gateway',
      kind: 'social-security',
      settings: { host: '127.0.0.1', port: bureau.tcpPort, tls: false, channelId: MERCHANT, macKey },
    },
    accounts: DEMO_PARTICIPANTS.map(({ accountNo, name, about }) => ({
      agencyId: 'guangzhou-social-security',
      inputs: { identityNumber: accountNo, name, grade: LOWEST_GRADE },
      about,
    })),
    control: { url: bureau.url, token: keys.secret('social security control') },
    stop: bureau.stop,
  };
};

export const startProvidentFund: StartMember = async ({ dataDir, keys }) => {
  const [ours, theirs] = [keys.sm2('provident fund merchant'), keys.sm2('provident fund center')];
  const fund = await startProvidentFundCenter({
    port: EVERY_ADDRESS,
    dataDir: path.join(dataDir, 'provident-fund-center'),
    keys: { merchantNo: MERCHANT, merchantPublicKey: ours.publicKey, centerPrivateKey: theirs.privateKey },
    controlToken: keys.secret('provident fund control'),
  });
  return {
    offer: {
      connectionId: 'guangzhou-provident-fund-gateway',
      kind: 'provident-fund',
      settings: {
        baseUrl: fund.url,
        merchantNo: MERCHANT,
        merchantPrivateKey: ours.privateKey,
        centerPublicKey: theirs.publicKey,
      },
    },
    accounts: FUND_CUSTOMERS.map(
      ({ accountNo, name, about }): DemoAccount =>
        LOAN_NUMBERS.isNumber(accountNo)
          ? { agencyId: 'guangzhou-provident-fund-loan', inputs: { loanNumber: accountNo }, about }
          : { agencyId: 'guangzhou-provident-fund', inputs: { accountNumber: accountNo, name }, about },
    ),
    control: { url: fund.url, token: keys.secret('provident fund control') },
    stop: fund.stop,
  };
};

/** The agency that anybody may copy: plain JavaScript, started as its own README says. */
export const startOpenAgency: StartMember = async ({ dataDir, keys }) => {
  const sources = path.resolve(import.meta.dirname, '../reference-agency');
  const [ours, theirs] = [keys.ed25519('open agency partner'), keys.ed25519('open agency')];
  const data = path.join(dataDir, 'open-agency.json');
  if (!existsSync(data)) cpSync(path.join(sources, 'data.json'), data);
  const { startAgency } = (await import(new URL('../reference-agency/server.mjs', import.meta.url).href)) as {
    startAgency(settings: object): Promise<Server>;
  };
  const server = await startAgency({
    port: EVERY_ADDRESS,
    data,
    books: path.join(dataDir, 'open-agency.jsonl'),
    keyId: 'agency-1',
    privateKey: theirs.privateKey,
    civicpayKeys: { 'civicpay-1': ours.publicKey },
  });
  return {
    offer: {
      connectionId: 'open-agency-sandbox',
      kind: 'open-protocol',
      settings: {
        baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        signingKeys: [{ keyId: 'civicpay-1', privateKey: ours.privateKey }],
        agencyKeys: [{ keyId: 'agency-1', publicKey: theirs.publicKey }],
      },
    },
    accounts: OPEN_AGENCY_ACCOUNTS,
    control: null,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
};
