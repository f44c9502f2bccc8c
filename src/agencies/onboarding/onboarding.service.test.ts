import { createTestVault, refusalOf } from '../../../test/support/accounts.ts';
import { openOnboarding, someActor, type TestOnboarding } from '../../../test/support/onboarding.ts';
import { PLAIN_CONNECTION, plainManifest } from '../../../test/support/plain-agency.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { TestClock } from '../../../test/support/test-clock.ts';
import type { ManifestInput } from '../../contract/index.ts';

const DAY_MS = 86_400_000;
const ann = someActor('stf_ann');
const ben = someActor('stf_ben');
const everywhere = { regions: null, sharePercent: 100 };
const reason = { 'zh-CN': '系统升级。', en: 'Being upgraded.' };
let made = 0;

describeOnBothStacks('onboarding', (stack) => {
  const clock = new TestClock();
  // Nothing happens at the moment that something else does: what comes later is later.
  const ticking = {
    nowMs: () => {
      clock.advance(1);
      return clock.nowMs();
    },
  };
  const vault = createTestVault();
  let test: TestOnboarding;
  let id: string;

  beforeAll(async () => {
    test = await openOnboarding({ db: stack().db, vault, clock: ticking });
  });
  beforeEach(() => {
    id = `agency-${++made}`;
    test.kit.passes = true;
  });

  const draft = (change: Partial<ManifestInput> = {}) =>
    test.onboarding.drafts.put(id, plainManifest(id, change), ann);
  const stage = async () => (await test.onboarding.get(id)).stage;
  const goLive = (effectiveFromMs = clock.nowMs(), rollout = everywhere) =>
    test.onboarding.lifecycle.goLive(id, { rollout, effectiveFromMs }, ann);
  async function toSubmitted(): Promise<string> {
    await test.onboarding.drafts.enterSandbox(id, ann);
    await test.onboarding.conformance.run(id, {}, ann);
    return test.onboarding.lifecycle.submit(id, ann);
  }
  async function toApproved(): Promise<void> {
    await test.onboarding.approvals.approve(await toSubmitted(), ben);
  }
  async function toLive(): Promise<void> {
    await draft();
    await toApproved();
    await goLive();
  }

  it('goes from a draft to live, with a second person’s approval', async () => {
    expect(await draft()).toBe(1);
    expect(await test.onboarding.get(id)).toMatchObject({
      stage: 'draft',
      status: 'notLive',
      liveVersion: null,
      missing: ['conformanceNotPassed', 'approvalNotGiven'],
    });
    expect(await test.agencies.getAgency(id)).toBeNull();
    const requestId = await toSubmitted();
    expect(await refusalOf(test.onboarding.approvals.approve(requestId, ann))).toBe('approval_by_submitter');
    expect(await refusalOf(goLive())).toBe('onboarding_stage_wrong');
    expect(await test.onboarding.approvals.approve(requestId, ben)).toMatchObject({
      state: 'approved',
      submittedBy: ann.id,
      decidedBy: ben.id,
      summary: { version: 1 },
    });
    expect(await refusalOf(test.onboarding.approvals.approve(requestId, ben))).toBe('approval_decided');
    await goLive();
    expect(await test.agencies.getAgency(id)).toMatchObject({ manifestVersion: 1, status: 'live' });
    const { items } = await test.agencies.listAgencies({ region: '440100', limit: 100 });
    expect(items.map((agency) => agency.agencyId)).toContain(id);
    expect(await test.onboarding.get(id)).toMatchObject({ stage: 'live', status: 'live', missing: [] });
    expect(await test.onboarding.listReleases(id)).toMatchObject([
      { version: 1, releasedBy: ann.id, requestId },
    ]);
  });

  it('keeps what is live while the next version is worked on, and every version', async () => {
    await toLive();
    const before = await test.agencies.getAgencyVersion(id, 1);
    expect(await draft()).toBe(1);
    expect(await draft({ servicePhone: '95598' })).toBe(2);
    expect(await stage()).toBe('draft');
    expect(await test.agencies.getAgency(id)).toMatchObject({ manifestVersion: 1 });
    expect(await test.onboarding.diff(id, 1, 2)).toEqual([{ pointer: '/servicePhone', after: '95598' }]);
    await toApproved();
    await goLive();
    expect(await test.agencies.getAgency(id)).toMatchObject({ manifestVersion: 2 });
    // A payment that was made under the first version still goes by it.
    expect(await test.agencies.getAgencyVersion(id, 1)).toEqual(before);
    expect(await test.agencies.getAgencyVersion(id, 3)).toBeNull();
    const page = await test.onboarding.listVersions(id, { limit: 1 });
    expect([page.items.map(({ version }) => version), page.nextCursor]).toEqual([[2], '2']);
    expect(await refusalOf(test.onboarding.getVersion(id, 9))).toBe('version_not_found');
  });

  it('lets a version take effect at its time, in lists too', async () => {
    await draft();
    await toApproved();
    const fromMs = clock.nowMs() + DAY_MS;
    await goLive(fromMs);
    expect(await test.agencies.getAgency(id)).toBeNull();
    expect(await test.onboarding.get(id)).toMatchObject({
      status: 'scheduled',
      next: { version: 1, fromMs },
    });
    clock.advance(DAY_MS);
    expect(await test.agencies.getAgency(id)).toMatchObject({ manifestVersion: 1, status: 'live' });

    await draft({ regions: ['440300'], category: 'water' });
    await toApproved();
    await goLive(clock.nowMs() + DAY_MS);
    const idsIn = async (region: string) => {
      const { items } = await test.agencies.listAgencies({ region, limit: 100 });
      return items.map((agency) => agency.agencyId);
    };
    expect(await idsIn('440100')).toContain(id);
    clock.advance(DAY_MS);
    expect(await idsIn('440100')).not.toContain(id);
    expect(await idsIn('440300')).toContain(id);
    expect(await test.agencies.getAgency(id)).toMatchObject({ manifestVersion: 2, status: 'live' });
  });

  it('is live where it was rolled out, and nowhere beyond the manifest', async () => {
    await draft({ regions: ['440000'] });
    await toApproved();
    const rollout = (regions: string[]) => goLive(clock.nowMs(), { regions, sharePercent: 20 } as never);
    expect(await refusalOf(rollout(['110000']))).toBe('region_not_served');
    expect(await refusalOf(rollout(['999999']))).toBe('region_unknown');
    await rollout(['440100']);
    expect(await test.agencies.getAgency(id)).toMatchObject({
      rollout: { regions: ['440100'], sharePercent: 20 },
    });
    const { items } = await test.agencies.listAgencies({ region: '440300', limit: 100 });
    expect(items.map((agency) => agency.agencyId)).not.toContain(id);
    // Wider, without another approval: the version is live already.
    await goLive();
    expect(await test.agencies.getAgency(id)).toMatchObject({ rollout: everywhere });
  });

  it('does not go live without a green report about this very content', async () => {
    await draft();
    await test.onboarding.drafts.enterSandbox(id, ann);
    expect(await refusalOf(test.onboarding.lifecycle.submit(id, ann))).toBe('onboarding_stage_wrong');
    test.kit.passes = false;
    expect(await test.onboarding.conformance.run(id, {}, ann)).toMatchObject({
      passed: false,
      source: 'kit',
    });
    expect(await stage()).toBe('sandbox');
    test.kit.passes = true;
    await toApproved();
    // It was green, and is no more.
    test.kit.passes = false;
    await test.onboarding.conformance.run(id, {}, ann);
    expect(await refusalOf(goLive())).toBe('onboarding_stage_wrong');
    expect((await test.onboarding.get(id)).missing).toEqual(['conformanceNotPassed', 'approvalNotGiven']);
    // A report written into the database by somebody without the vault's key counts for nothing.
    const [row] = await stack().db('conformance_reports').where({ agency_id: id, result: 'passed' });
    const forged = { ...row, report_id: `cfr_${'z'.repeat(26)}` };
    await stack().db('conformance_reports').insert(forged);
    expect((await test.onboarding.get(id)).missing).toContain('conformanceNotPassed');
    expect(await test.onboarding.conformance.list(id)).toHaveLength(3);
    await expect(stack().db('conformance_reports').update({ result: 'passed' })).rejects.toThrow();
  });

  it('takes a report by hand where two people stand behind it', async () => {
    await draft();
    await test.onboarding.drafts.enterSandbox(id, ann);
    const attestation = { summary: 'contract suite, 41 passed', report: '41 passed' };
    const requestId = await test.onboarding.conformance.attest(id, attestation, ann);
    expect(await refusalOf(test.onboarding.approvals.approve(requestId, ann))).toBe('approval_by_submitter');
    await test.onboarding.approvals.approve(requestId, ben);
    expect(await stage()).toBe('conformancePassed');
    expect(await test.onboarding.conformance.list(id)).toMatchObject([{ source: 'attested', passed: true }]);
  });

  it('comes back with a reason, or is withdrawn, and approves no other content than was shown', async () => {
    await draft();
    const first = await toSubmitted();
    expect(await refusalOf(draft({ servicePhone: '95598' }))).toBe('onboarding_stage_wrong');
    await test.onboarding.approvals.return(first, 'The help text is wrong.', ben);
    expect(await stage()).toBe('draft');
    const { items } = await test.onboarding.approvals.list({ subjectId: id, limit: 10 });
    expect(items).toMatchObject([
      { state: 'returned', reason: 'The help text is wrong.', decidedBy: ben.id },
    ]);
    const second = await toSubmitted();
    await test.onboarding.approvals.withdraw(second, null, ann, id);
    expect(await stage()).toBe('conformancePassed');
    expect(await refusalOf(test.onboarding.approvals.approve(second, ben))).toBe('approval_decided');
    expect(await refusalOf(test.onboarding.approvals.withdraw(second, null, ann, 'another'))).toBe(
      'approval_not_found',
    );
  });

  it('is suspended, resumed and retired, with words for residents', async () => {
    await toLive();
    const { lifecycle } = test.onboarding;
    await lifecycle.setStatus(id, 'suspend', reason, ann);
    expect(await test.agencies.getAgency(id)).toMatchObject({ status: 'suspended', statusReason: reason });
    const listed = async () => (await test.agencies.listAgencies({ limit: 100 })).items;
    expect((await listed()).map((agency) => agency.agencyId)).not.toContain(id);
    expect(await refusalOf(goLive())).toBe('agency_status_wrong');
    await lifecycle.setStatus(id, 'resume', null, ann);
    expect(await test.agencies.getAgency(id)).toMatchObject({ status: 'live', statusReason: null });
    expect((await listed()).map((agency) => agency.agencyId)).toContain(id);
    await lifecycle.setStatus(id, 'retire', reason, ann);
    expect(await refusalOf(lifecycle.setStatus(id, 'resume', null, ann))).toBe('agency_status_wrong');
    expect(await refusalOf(draft({ servicePhone: '1' }))).toBe('agency_retired');
    expect((await test.onboarding.listNotices(id, { limit: 3 })).items.map(({ kind }) => kind)).toEqual([
      'agency.retire',
      'agency.resume',
      'agency.suspend',
    ]);
  });

  it('says where a manifest is wrong, and what nobody understands', async () => {
    const { connection: _, ...rest } = plainManifest('another-id');
    const put = (manifest: unknown) =>
      test.onboarding.drafts.put(id, manifest, ann).then(
        () => [],
        (error: { fields: unknown }) => error.fields,
      );
    expect(await put(rest)).toEqual([{ pointer: '#/connection', code: 'required' }]);
    expect(await put({ ...plainManifest('another-id'), servicePhon: '1' })).toEqual([
      { pointer: '#/id', code: 'id_of_another', params: { agencyId: id } },
      { pointer: '#/servicePhon', code: 'unknown_field' },
    ]);
    expect(await put(null)).toEqual([{ pointer: '#', code: 'wrong_type', params: { expected: 'object' } }]);
  });

  it('takes up agencies that an operator put live directly', async () => {
    await test.agencies.publishManifest(plainManifest(id));
    const { items } = await test.onboarding.list({ limit: 100 });
    expect(items.find((one) => one.agencyId === id)).toMatchObject({
      stage: 'live',
      status: 'live',
      version: 1,
    });
    expect(await draft({ servicePhone: '95598' })).toBe(2);
    expect(await refusalOf(test.onboarding.get('nobody-knows'))).toBe('onboarding_not_found');
  });

  it('begins an agency once, however many begin it at once', async () => {
    const versions = await Promise.all(Array.from({ length: 8 }, () => draft()));
    expect(new Set(versions)).toEqual(new Set([1]));
    await test.agencies.publishManifest(plainManifest(`${id}-direct`));
    const both = await Promise.all(
      Array.from({ length: 8 }, () =>
        test.onboarding.drafts.put(`${id}-direct`, plainManifest(`${id}-direct`, { servicePhone: '1' }), ann),
      ),
    );
    expect(new Set(both)).toEqual(new Set([2]));
  });

  it('refuses in the database itself what one person tries alone', async () => {
    const { db } = stack();
    await draft();
    const requestId = await toSubmitted();
    const decision = {
      request_id: requestId,
      decision: 'approved',
      submitted_by: ann.id,
      decided_by: ann.id,
      decided_at_ms: clock.nowMs(),
    };
    const insert = (change: object) => db('approval_decisions').insert({ ...decision, ...change });
    await expect(insert({})).rejects.toThrow(/approval_decisions/);
    await expect(insert({ decision: 'waved through' })).rejects.toThrow(/approval_decisions/);
    await expect(db('approval_requests').update({ submitted_by: ben.id })).rejects.toThrow();
    await expect(db('approval_requests').where({ request_id: requestId }).delete()).rejects.toThrow();
    // A row that names somebody else as the submitter passes the comparison, and counts for nothing.
    await insert({ submitted_by: 'stf_nobody' });
    await db('onboardings').where({ agency_id: id }).update({ stage: 'approved' });
    expect(await refusalOf(goLive())).toBe('go_live_blocked');
    expect(await test.agencies.getAgency(id)).toBeNull();
    await expect(db('approval_decisions').update({ decided_by: ben.id })).rejects.toThrow();
    await expect(db('approval_decisions').delete()).rejects.toThrow();
  });

  it('decides once, however many decide at once', async () => {
    await draft();
    const requestId = await toSubmitted();
    const tries = Array.from({ length: 6 }, (_, i) =>
      i % 2 === 0
        ? test.onboarding.approvals.approve(requestId, ben)
        : test.onboarding.approvals.return(requestId, 'no', ben),
    );
    const results = await Promise.all(tries.map(refusalOf));
    expect(results.filter((code) => code === 'ok')).toHaveLength(1);
    expect(await stack().db('approval_decisions').where({ request_id: requestId })).toHaveLength(1);
  });

  it('writes all of it down', async () => {
    await toLive();
    const rows = await stack().db('audit_events').where({ object_id: id }).orderBy('event_id');
    expect(rows.map(({ action, actor_id }) => [action, actor_id])).toEqual([
      ['agency.draft', ann.id],
      ['agency.enterSandbox', ann.id],
      ['agency.testConformance', ann.id],
      ['agency.goLive', ann.id],
    ]);
  });

  describe('connections', () => {
    const connection = (connectionId: string) => ({
      connectionId,
      plug: 'provider' as const,
      kind: 'plain',
      settings: {},
      limits: { concurrency: 1, ratePerSecond: 1 },
    });

    it('are tried out by one person, and carry payments by two', async () => {
      const { connections, approvals } = test.onboarding;
      const connectionId = `${id}-line`;
      expect(await connections.put(connection(connectionId), 'sandbox', ann)).toBeNull();
      await draft({ connection: connectionId });
      await toApproved();
      expect((await test.onboarding.get(id)).missing).toEqual(['connectionNotLive']);
      expect(await refusalOf(goLive())).toBe('go_live_blocked');
      const requestId = (await connections.put(connection(connectionId), 'live', ann)) ?? '';
      expect(await refusalOf(approvals.approve(requestId, ann))).toBe('approval_by_submitter');
      expect(await approvals.approve(requestId, ben)).toMatchObject({
        summary: { kind: 'plain', environment: 'live', limits: { concurrency: 1, ratePerSecond: 1 } },
      });
      await goLive();
      // Over a live one nobody writes alone, not even as if it were a trial.
      expect(await connections.put(connection(connectionId), 'sandbox', ann)).not.toBeNull();
      const listed = await connections.list();
      expect(listed.find((one) => one.connectionId === connectionId)).toMatchObject({ environment: 'live' });
      expect(JSON.stringify(listed)).not.toContain('settings');
    });

    it('tell whether the other side answers, and what settings a kind takes', async () => {
      const { connections } = test.onboarding;
      expect(await connections.test(PLAIN_CONNECTION)).toMatchObject({ answered: false });
      expect(await refusalOf(connections.test('nowhere'))).toBe('connection_not_found');
      expect(connections.plugIns()).toContainEqual(
        expect.objectContaining({ plug: 'provider', kind: 'plain', capabilities: ['queryBills'] }),
      );
    });
  });
});
