import { createTestVault } from '../../test/support/accounts.ts';
import { openPlainAgencies, plainManifest } from '../../test/support/plain-agency.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { createBilling } from '../billing/index.ts';
import { createLogger } from '../infra/log/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { MAX_SAVED_ACCOUNTS } from './households.service.ts';
import { SavedAccounts } from './index.ts';

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: { code?: string }) => error.code,
  );

describeOnBothStacks('saved accounts', (stack) => {
  let accounts: SavedAccounts;
  let asked: string[];
  const newResident = () => newId('res', Date.now(), 7);
  const inputs = (number: number | string) => ({ accountNumber: String(number).padStart(10, '1') });
  const add = (residentId: string, number: number | string, label?: string) =>
    accounts.add(residentId, { agencyId: 'plain-power', inputs: inputs(number), label });

  beforeAll(async () => {
    const common = { db: stack().db, vault: createTestVault(), clock: systemClock };
    const plain = await openPlainAgencies(common);
    const { agencies } = plain;
    asked = plain.asked;
    await agencies.publishManifest(plainManifest('plain-power'));
    const log = createLogger({ level: 'silent', service: 'test' });
    const billing = createBilling({
      ...common,
      log,
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
