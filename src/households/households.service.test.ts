import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { createAgencies } from '../agencies/index.ts';
import { createBilling } from '../billing/index.ts';
import { defineProvider, type ManifestInput, type QueryOutcome } from '../contract/index.ts';
import { createVault } from '../infra/crypto/index.ts';
import { createLogger } from '../infra/log/index.ts';
import { type ClosableHttpClient, createHttpClient } from '../infra/outbound-http/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { MAX_SAVED_ACCOUNTS } from './households.service.ts';
import { SavedAccounts } from './index.ts';

const text = { 'zh-CN': '户号', en: 'Account number' };
const asked: string[] = [];

/** Knows every account but those that begin with 4, and can't answer for those that begin with 5. */
const provider = defineProvider({
  kind: 'plain',
  settings: z.object({}),
  operations: {
    async queryBills(_, { inputs: { accountNumber = '' } }): Promise<QueryOutcome> {
      asked.push(accountNumber);
      if (accountNumber.startsWith('4')) {
        return { kind: 'noSuchAccount', reason: { code: 'account_not_found', source: 'agency' } };
      }
      if (accountNumber.startsWith('5')) {
        return { kind: 'unavailable', reason: { code: 'agency_down', source: 'network' } };
      }
      return { kind: 'nothingDue', holder: { maskedName: '张*', maskedAddress: '天河区****' } };
    },
  },
});

const manifest: ManifestInput = {
  id: 'plain-power',
  names: text,
  category: 'electricity',
  regions: ['440100'],
  connection: 'plain-one',
  currency: 'CNY',
  capabilities: ['queryBills'],
  inputs: {
    fields: [
      {
        name: 'accountNumber',
        label: text,
        pattern: '^\\d{10}$',
        maxLength: 10,
        keyboard: 'numeric',
        help: text,
        mismatch: text,
      },
    ],
    groups: [['accountNumber']],
    accountField: 'accountNumber',
  },
  queryKind: 'fetch',
  billShape: 'some',
  amountRule: { kind: 'exact' },
  serviceHours: {
    timeZone: 'Asia/Shanghai',
    open: [{ weekdays: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }],
  },
  paymentLimitMinor: 1_000_000,
  postingPromiseSeconds: 60,
  cutOff: '00:00',
};

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: { code?: string }) => error.code,
  );

describeOnBothStacks('saved accounts', (stack) => {
  let accounts: SavedAccounts;
  let httpClient: ClosableHttpClient;
  const newResident = () => newId('res', Date.now(), 7);
  const inputs = (number: number | string) => ({ accountNumber: String(number).padStart(10, '1') });
  const add = (residentId: string, number: number | string, label?: string) =>
    accounts.add(residentId, { agencyId: 'plain-power', inputs: inputs(number), label });

  beforeAll(async () => {
    const { db } = stack();
    const key = randomBytes(32).toString('base64');
    const vault = createVault({ current: 'k1', keys: { k1: key }, indexKey: key });
    httpClient = createHttpClient({ allowPrivateAddresses: true });
    const common = {
      db,
      vault,
      clock: systemClock,
      log: createLogger({ level: 'silent', service: 'test' }),
    };
    const agencies = createAgencies({
      ...common,
      httpClient,
      plugIns: { providers: [provider], channels: [] },
    });
    await agencies.putConnection({
      connectionId: 'plain-one',
      plug: 'provider',
      kind: 'plain',
      settings: {},
      limits: { concurrency: 100, ratePerSecond: 10_000 },
    });
    await agencies.publishManifest(manifest);
    const billing = createBilling({
      ...common,
      agencies,
      publicUrl: 'http://localhost',
      sendTasks: () => {},
    });
    accounts = new SavedAccounts({
      ...common,
      agencies,
      queryBills: (residentId, agencyId, typed) => billing.queries.query(residentId, agencyId, typed),
    });
  });
  afterAll(() => httpClient.close());

  it('keeps an account with what the agency says of its holder, and gives it back whole', async () => {
    const resident = newResident();
    const { savedAccountId, ...saved } = await accounts.add(resident, {
      agencyId: 'plain-power',
      inputs: { accountNumber: ' １234 5678 90 ' },
      label: ' 爸妈家 ',
    });
    expect(saved).toEqual({
      residentId: resident,
      agencyId: 'plain-power',
      inputs: { accountNumber: '1234567890' },
      maskedAccount: '****7890',
      label: '爸妈家',
      holder: { maskedName: '张*', maskedAddress: '天河区****' },
      createdAtMs: expect.any(Number),
    });
    expect(await accounts.get(resident, savedAccountId)).toEqual({ savedAccountId, ...saved });
    expect(await accounts.list(resident)).toEqual([{ savedAccountId, ...saved }]);
  });

  it('stores nothing personal that can be read', async () => {
    const resident = newResident();
    await add(resident, '2222233333', '外婆家');
    const row = JSON.stringify(await stack().db('saved_accounts').where({ resident_id: resident }).first());
    for (const personal of ['2222233333', '外婆家', '张*', '天河区']) expect(row).not.toContain(personal);
  });

  it('refuses an account that the agency does not know, and keeps one it cannot be asked about now', async () => {
    const resident = newResident();
    expect(await codeOf(add(resident, '4000000001'))).toBe('account_not_found');
    expect(await accounts.list(resident)).toEqual([]);
    expect(await add(resident, '5000000001')).toMatchObject({ holder: null, maskedAccount: '****0001' });
    expect(await codeOf(add(resident, 'x'))).toBe('inputs_invalid');
    expect(await codeOf(accounts.add(resident, { agencyId: 'nobody', inputs: {} }))).toBe('agency_not_found');
  });

  it('keeps an account once, however often and however many at once add it', async () => {
    const resident = newResident();
    const first = await add(resident, 77, '家');
    expect(await add(resident, 77, '另一个名字')).toEqual(first);
    const ids = await Promise.all(Array.from({ length: 10 }, () => add(resident, 78)));
    expect(new Set(ids.map((account) => account.savedAccountId)).size).toBe(1);
    expect(await accounts.list(resident)).toHaveLength(2);
  });

  it('shows nothing of another resident, who may keep the same account', async () => {
    const [one, other] = [newResident(), newResident()];
    const { savedAccountId } = await add(one, 99);
    expect(await codeOf(accounts.get(other, savedAccountId))).toBe('saved_account_not_found');
    expect(await codeOf(accounts.rename(other, savedAccountId, 'x'))).toBe('saved_account_not_found');
    expect(await codeOf(accounts.remove(other, savedAccountId))).toBe('saved_account_not_found');
    expect(await codeOf(accounts.get(one, "sav_' or 1=1"))).toBe('saved_account_not_found');
    expect((await add(other, 99)).savedAccountId).not.toBe(savedAccountId);
    expect(await accounts.get(one, savedAccountId)).toMatchObject({ label: '' });
  });

  it('renames and removes; a removed account can be added again', async () => {
    const resident = newResident();
    const { savedAccountId } = await add(resident, 11, '旧');
    expect(await accounts.rename(resident, savedAccountId, ' 新 ')).toMatchObject({ label: '新' });
    expect(await accounts.get(resident, savedAccountId)).toMatchObject({ label: '新', inputs: inputs(11) });
    await accounts.remove(resident, savedAccountId);
    expect(await codeOf(accounts.get(resident, savedAccountId))).toBe('saved_account_not_found');
    expect(await codeOf(accounts.remove(resident, savedAccountId))).toBe('saved_account_not_found');
    expect(await add(resident, 11)).toMatchObject({ maskedAccount: '****1111' });
  });

  it('keeps no more than the limit, also when many are added at once', async () => {
    const resident = newResident();
    for (let i = 0; i < MAX_SAVED_ACCOUNTS - 3; i++) await add(resident, 6000 + i);
    const codes = await Promise.all(Array.from({ length: 12 }, (_, i) => codeOf(add(resident, 7000 + i))));
    expect(codes.filter((code) => code === 'no error')).toHaveLength(3);
    expect(codes.filter((code) => code === 'too_many_saved_accounts')).toHaveLength(9);
    const kept = await accounts.list(resident);
    expect(kept).toHaveLength(MAX_SAVED_ACCOUNTS);

    // An agency is not asked for an account that could not be kept.
    asked.length = 0;
    expect(await codeOf(add(resident, 8000))).toBe('too_many_saved_accounts');
    expect(asked).toEqual([]);
    await accounts.remove(resident, kept[20]?.savedAccountId ?? '');
    expect(await codeOf(add(resident, 8000))).toBe('no error');
  });
});
