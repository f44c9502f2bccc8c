import { createTestVault, refusalOf } from '../../../test/support/accounts.ts';
import { openOnboarding, someActor, type TestOnboarding } from '../../../test/support/onboarding.ts';
import { plainManifest } from '../../../test/support/plain-agency.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { TestClock } from '../../../test/support/test-clock.ts';

const DAY_MS = 86_400_000;
const ann = someActor('stf_ann');
const wanted = { label: '财务系统', scopes: ['billFiles', 'payments'] as const, lifetimeDays: 365 };
let made = 0;

describeOnBothStacks('keys of agencies', (stack) => {
  const clock = new TestClock();
  let test: TestOnboarding;
  let id: string;

  beforeAll(async () => {
    test = await openOnboarding({ db: stack().db, vault: createTestVault(), clock });
  });
  beforeEach(async () => {
    id = `agency-${++made}`;
    await test.onboarding.drafts.put(id, plainManifest(id), ann);
  });
  const caller = (key: string) => test.onboarding.keys.authenticate(key);

  it('let the agency’s systems in, and are kept as a hash alone', async () => {
    const { key, details } = await test.onboarding.keys.create(id, wanted, ann);
    expect(await caller(key)).toEqual({
      userId: details.keyId,
      sessionId: details.keyId,
      kind: 'agencyKey',
      roles: ['agency'],
      agencyId: id,
      scopes: ['billFiles', 'payments'],
      displayName: '财务系统',
    });
    const secret = key.slice(-43);
    const [row] = await stack().db('agency_keys').where({ key_id: details.keyId });
    expect(JSON.stringify(row)).not.toContain(secret);
    expect(JSON.stringify(await test.onboarding.keys.list(id))).not.toContain(row.secret_hash);
    expect((await test.onboarding.keys.list(id))[0]).toMatchObject({ lastUsedAtMs: clock.nowMs() });
  });

  it('let nobody in who has only part of one', async () => {
    const { key } = await test.onboarding.keys.create(id, wanted, ann);
    const other = (await test.onboarding.keys.create(id, wanted, ann)).key;
    const wrong = [
      '',
      'cvk_',
      key.slice(0, -1),
      `${key}a`,
      `${key.slice(0, -43)}${'A'.repeat(43)}`,
      `${key.slice(0, -43)}${other.slice(-43)}`,
      key.toUpperCase(),
    ];
    for (const text of wrong) expect([text, await caller(text)]).toEqual([text, null]);
  });

  it('end by themselves', async () => {
    const { key } = await test.onboarding.keys.create(id, { ...wanted, lifetimeDays: 1 }, ann);
    clock.advance(DAY_MS - 1);
    expect(await caller(key)).not.toBeNull();
    clock.advance(1);
    expect(await caller(key)).toBeNull();
  });

  it('work on for a while when they are replaced, and not longer than they would have', async () => {
    const { keys } = test.onboarding;
    const old = await keys.create(id, { ...wanted, lifetimeDays: 10 }, ann);
    const next = await keys.rotate(id, old.details.keyId, 3, ann);
    expect(next.details).toMatchObject({ label: wanted.label, scopes: wanted.scopes });
    expect([await caller(old.key), await caller(next.key)]).not.toContain(null);
    clock.advance(3 * DAY_MS);
    expect(await caller(old.key)).toBeNull();
    expect(await caller(next.key)).not.toBeNull();
    expect(await refusalOf(keys.rotate(id, old.details.keyId, 3, ann))).toBe('api_key_not_found');
    const last = await keys.rotate(id, next.details.keyId, 90, ann);
    clock.advance(7 * DAY_MS);
    expect(await caller(next.key)).toBeNull();
    expect(await caller(last.key)).not.toBeNull();
  });

  it('are revoked at once, by their own agency', async () => {
    const { keys } = test.onboarding;
    const { key, details } = await keys.create(id, wanted, ann);
    expect(await caller(key)).not.toBeNull();
    expect(await refusalOf(keys.revoke('another-agency', details.keyId, ann))).toBe('api_key_not_found');
    await keys.revoke(id, details.keyId, ann);
    expect(await caller(key)).toBeNull();
    expect(await refusalOf(keys.revoke(id, details.keyId, ann))).toBe('api_key_not_found');
    const rows = await stack().db('audit_events').where({ object_id: details.keyId }).orderBy('event_id');
    expect(rows.map(({ action }) => action).sort()).toEqual(['agencyKey.create', 'agencyKey.revoke']);
  });

  it('are for agencies that are known, and not without end', async () => {
    const { keys } = test.onboarding;
    expect(await refusalOf(keys.create('nobody-knows', wanted, ann))).toBe('onboarding_not_found');
    for (let i = 0; i < 20; i++) await keys.create(id, wanted, ann);
    expect(await refusalOf(keys.create(id, wanted, ann))).toBe('api_keys_too_many');
  });
});

describeOnBothStacks('settlement accounts', (stack) => {
  const clock = new TestClock();
  const ben = someActor('stf_ben');
  const account = {
    holderName: '广州供电局',
    bankName: '中国工商银行广州分行',
    bankCode: '102581000013',
    accountNumber: '3602000109200123456',
  };
  let test: TestOnboarding;
  let id: string;

  beforeAll(async () => {
    test = await openOnboarding({ db: stack().db, vault: createTestVault(), clock });
  });
  beforeEach(async () => {
    id = `agency-${++made}`;
    await test.onboarding.drafts.put(id, plainManifest(id), ann);
  });
  const accounts = () => test.onboarding.settlementAccounts;

  it('change by two people, and a day later', async () => {
    const requestId = await accounts().propose(id, account, ann);
    expect(await accounts().view(id)).toMatchObject({
      current: null,
      pending: {
        requestId,
        takesEffectAtMs: null,
        maskedAccountNumber: '****3456',
        maskedHolderName: '广***',
      },
    });
    expect(await refusalOf(accounts().propose(id, account, ben))).toBe('settlement_change_pending');
    expect(await refusalOf(test.onboarding.approvals.approve(requestId, ann))).toBe('approval_by_submitter');
    const approved = await test.onboarding.approvals.approve(requestId, ben);
    expect(approved).toMatchObject({ state: 'waiting', takesEffectAtMs: clock.nowMs() + DAY_MS });
    clock.advance(DAY_MS - 1);
    expect(await accounts().inEffect(id)).toBeNull();
    clock.advance(1);
    expect(await accounts().inEffect(id)).toEqual(account);
    expect(await accounts().view(id)).toMatchObject({ pending: null, current: { since: clock.nowMs() } });
    expect(await refusalOf(test.onboarding.approvals.withdraw(requestId, null, ann))).toBe(
      'approval_decided',
    );
  });

  it('can be called back while they wait, and what was there stays', async () => {
    const first = await accounts().propose(id, account, ann);
    await test.onboarding.approvals.approve(first, ben);
    clock.advance(DAY_MS);
    const second = await accounts().propose(id, { ...account, accountNumber: '99990000111122223333' }, ben);
    await test.onboarding.approvals.approve(second, ann);
    clock.advance(DAY_MS / 2);
    await test.onboarding.approvals.withdraw(second, 'We did not ask for it.', ann, id);
    clock.advance(DAY_MS);
    expect(await accounts().inEffect(id)).toEqual(account);
    const { items } = await test.onboarding.listNotices(id, { limit: 10 });
    expect(items.map(({ kind }) => kind).sort()).toEqual([
      'settlementAccount.approved',
      'settlementAccount.approved',
      'settlementAccount.submitted',
      'settlementAccount.submitted',
      'settlementAccount.withdrawn',
    ]);
  });

  it('are sealed wherever they are kept', async () => {
    await accounts().propose(id, account, ann);
    const { db } = stack();
    const rows = [
      ...(await db('approval_requests').where({ subject_id: id })),
      ...(await db('agency_notices').where({ agency_id: id })),
      ...(await db('audit_events')),
    ];
    expect(rows.length).toBeGreaterThan(2);
    expect(JSON.stringify(rows)).not.toContain(account.accountNumber.slice(0, 15));
    expect(JSON.stringify(rows)).not.toContain(account.holderName);
  });
});
