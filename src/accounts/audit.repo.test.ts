import {
  makeStaff,
  openAccounts,
  receiveCode,
  refusalOf,
  signInStaff,
  someClient,
  somePhone,
  type TestAccounts,
} from '../../test/support/accounts.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { transact } from '../infra/db/index.ts';
import type { AuditEvent, RecordedAuditEvent } from './index.ts';
import { recordAudit } from './index.ts';

describeOnBothStacks('audit trail', (stack) => {
  let test: TestAccounts;
  beforeEach(() => {
    test = openAccounts(stack().db);
  });

  const event = (action: string, atMs = test.clock.nowMs()): AuditEvent => ({
    atMs,
    actor: { kind: 'system', id: null },
    action,
    object: null,
    outcome: 'ok',
    traceId: null,
    addressIndex: null,
  });
  const eventsOf = async (traceId: string): Promise<RecordedAuditEvent[]> => {
    const { items } = await test.accounts.listAuditEvents({ limit: 1000 });
    return items.filter((item) => item.traceId === traceId).reverse();
  };

  it('tells of sign-ins, failures and sign-outs, with who, what, and from where', async () => {
    const client = someClient();
    const phone = somePhone();
    const { challengeId, code } = await receiveCode(test, phone, client);
    test.clock.advance(1);
    const wrong = { challengeId, code: code === '000000' ? '000001' : '000000' };
    await refusalOf(test.accounts.residents.signIn(wrong, client));
    test.clock.advance(1);
    const { caller } = await test.accounts.residents.signIn({ challengeId, code }, client);
    test.clock.advance(1);
    await test.accounts.sessions.signOut(caller, client);

    const actor = { kind: 'resident', id: caller.userId };
    const session = { kind: 'session', id: caller.sessionId };
    const events = await eventsOf(client.traceId);
    expect(events).toMatchObject([
      { action: 'signInCode.send', outcome: 'ok', actor: { kind: 'anonymous', id: null } },
      { action: 'session.begin', outcome: 'code_wrong', object: { kind: 'signInCode', id: challengeId } },
      { action: 'session.begin', outcome: 'ok', actor, object: session, detail: { method: 'smsCode' } },
      { action: 'session.end', outcome: 'ok', actor, object: session, detail: { sessions: 1 } },
    ]);
    const index = test.accounts.addressIndex(client.address);
    expect(events.map(({ addressIndex }) => addressIndex)).toEqual(Array(4).fill(index));
    expect(JSON.stringify(events)).not.toContain(client.address);
  });

  it('tells of staff who failed, known or not', async () => {
    const staff = await makeStaff(test, ['finance']);
    const client = someClient();
    const check = (email: string, password: string) =>
      refusalOf(test.accounts.staff.checkPassword({ email, password }, client));
    await check('unknown@example.cn', 'x');
    test.clock.advance(1);
    await check(staff.email, 'wrong');
    test.clock.advance(1);
    await signInStaff(test, staff, client);
    expect(await eventsOf(client.traceId)).toMatchObject([
      { action: 'session.begin', outcome: 'staff_sign_in_refused', object: null },
      {
        action: 'session.begin',
        outcome: 'staff_sign_in_refused',
        object: { kind: 'staff', id: staff.staffId },
      },
      { action: 'session.begin', outcome: 'ok', detail: { method: 'totp' } },
    ]);
  });

  it('records with its transaction or not at all, and many events at once', async () => {
    const { db } = stack();
    const undone = transact(db, async (tx) => {
      await recordAudit(tx, event('test.undone'));
      throw new Error('changed my mind');
    });
    await expect(undone).rejects.toThrow('changed my mind');
    await transact(db, (tx) => recordAudit(tx, event('test.first'), event('test.second')));
    await recordAudit(db);
    const actions = (await db('audit_events').where('action', 'like', 'test.%')).map(({ action }) => action);
    expect(actions.sort()).toEqual(['test.first', 'test.second']);
  });

  it('comes newest first, page by page, each event once', async () => {
    // Later than everything that other tests have recorded.
    test.clock.advance(365 * 86_400_000);
    const startMs = test.clock.nowMs();
    for (let i = 0; i < 7; i++) await recordAudit(stack().db, event(`page.${i}`, startMs + i));
    const actions: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 3; page++) {
      const { items, nextCursor } = await test.accounts.listAuditEvents({ limit: 3, cursor });
      actions.push(...items.map(({ action }) => action));
      cursor = nextCursor ?? undefined;
    }
    expect(actions.slice(0, 7)).toEqual([
      'page.6',
      'page.5',
      'page.4',
      'page.3',
      'page.2',
      'page.1',
      'page.0',
    ]);
    const rest = await test.accounts.listAuditEvents({ limit: 1000, cursor });
    expect(rest.nextCursor).toBeNull();
    expect(await refusalOf(test.accounts.listAuditEvents({ limit: 3, cursor: 'x' }))).toBe('cursor_invalid');
  });

  it('cannot be changed or deleted, not even by us', async () => {
    const { db } = stack();
    await recordAudit(db, event('test.kept'));
    await expect(db('audit_events').update({ outcome: 'changed' })).rejects.toThrow();
    await expect(db('audit_events').delete()).rejects.toThrow();
    const kept = await db('audit_events').where({ action: 'test.kept' });
    expect(kept.map(({ outcome }) => outcome)).toEqual(['ok']);
  });
});
