import { refusalOf } from '../../test/support/accounts.ts';
import {
  BROADBAND,
  inputOf,
  openBillerBank,
  TELEPHONE,
  type TestBillerBank,
  WATER,
} from '../../test/support/biller-bank.ts';
import { CHANNEL_ID, City } from '../../test/support/city.ts';
import { someActor } from '../../test/support/onboarding.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { PLUG_INS } from '../app/plug-ins.ts';
import type { QueryOutcome } from '../contract/index.ts';
import { type Catalogue, createOnboarding, type OnboardingService } from './index.ts';

const BANK = 'some-bank';
const ann = someActor('stf_ann');
const ben = someActor('stf_ben');
const nothing: QueryOutcome = { kind: 'unavailable', reason: { code: 'too_busy', source: 'civicpay' } };

describeOnBothStacks('the catalogue of a connection', (stack) => {
  let city: City;
  let bank: TestBillerBank;
  let onboarding: OnboardingService;

  beforeAll(async () => {
    city = await City.start(stack());
    bank = await openBillerBank(2_000, 'unused', city.clock);
    const { vault, clock, agencies } = city;
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    onboarding = createOnboarding({
      ...{ db: stack().db, vault, clock, agencies, log },
      plugIns: PLUG_INS,
      conformanceKits: {},
    });
    await city.agencies.putConnection(connection(BANK));
  });
  afterAll(async () => {
    await bank?.stop();
    await city?.stop();
  });
  // Nothing is then dated at the moment that something else is.
  beforeEach(() => city.clock.advance(10_000));

  const connection = (connectionId: string) => ({
    connectionId,
    plug: 'provider' as const,
    kind: 'bank-biller-channel',
    settings: bank.settings,
    limits: { concurrency: 50, ratePerSecond: 1_000 },
  });
  const { sync, submit, acceptDirectly } = {
    sync: () => onboarding.catalogues.sync(BANK),
    submit: ({ revisionId }: Catalogue, codes: string[] | null) =>
      onboarding.catalogues.submit(BANK, revisionId, codes, ann),
    acceptDirectly: ({ revisionId }: Catalogue, codes: string[] | null) =>
      onboarding.catalogues.acceptDirectly(BANK, revisionId, codes),
  };
  const shown = ({ entries }: Catalogue) => entries.map(({ agencyCode, change }) => [agencyCode, change]);
  const liveIds = async () =>
    (await city.agencies.listAgencies({ region: '440100', limit: 100 })).items
      .map(({ agencyId }) => agencyId)
      .filter((agencyId) => agencyId.startsWith(BANK));
  const idOf = async (code: string): Promise<string> => {
    const row = await stack()
      .db('agencies')
      .where('agency_id', 'like', `${BANK}-${code.toLowerCase()}%`)
      .first();
    return row.agency_id;
  };
  const revisions = async () =>
    (await stack().db('catalogue_revisions').where({ connection_id: BANK })).length;

  it('is shown before anything of it is live, and asking again keeps nothing new', async () => {
    expect(await refusalOf(onboarding.catalogues.get(BANK))).toBe('catalogue_not_synced');
    const catalogue = await sync();
    expect(shown(catalogue)).toEqual([
      [BROADBAND, 'added'],
      ['GD4401CATV01', 'added'],
      [TELEPHONE, 'added'],
      [WATER, 'added'],
    ]);
    expect(catalogue.entries.flatMap(({ problems }) => problems)).toEqual([]);
    expect(await liveIds()).toEqual([]);
    city.clock.advance(60_000);
    expect((await sync()).revisionId).toBe(catalogue.revisionId);
    expect(await revisions()).toBe(1);
  });

  it('holds at once where nobody has to be asked, and residents can look up what they owe', async () => {
    const { published, retired } = await acceptDirectly(await sync(), null);
    expect([published.length, retired.length]).toEqual([4, 0]);
    expect(await liveIds()).toEqual([...published].sort());
    expect((await sync()).entries).toEqual([]);
    expect(await refusalOf(acceptDirectly(await sync(), null))).toBe('catalogue_nothing_new');

    const agencyId = await idOf(BROADBAND);
    const { number = '' } = (await bank.bank.addCustomer({ billerId: BROADBAND })) ?? {};
    await bank.bank.issueBill({ billerId: BROADBAND, number });
    const agency = await city.agencies.getAgency(agencyId);
    const { outcome } = await city.agencies.gateway.provider(
      agency?.connectionId ?? '',
      'queryBills',
      { agencyCode: agency?.manifest.agencyCode, inputs: { [inputOf(BROADBAND)]: number } },
      nothing,
      nothing,
    );
    expect(outcome).toMatchObject({ kind: 'due' });
    expect(await onboarding.get(agencyId)).toMatchObject({ stage: 'live', status: 'live', version: 1 });
  });

  it('takes a second person to change what is live, for the entries that were chosen and no others', async () => {
    bank.bank.changeBillers({
      remove: [TELEPHONE],
      change: [{ billerId: BROADBAND, orderLimitFen: 77_700, nameZh: '云山宽带（新）' }],
    });
    const catalogue = await sync();
    expect(shown(catalogue)).toEqual([
      [BROADBAND, 'changed'],
      [TELEPHONE, 'removed'],
    ]);
    expect(catalogue.entries[0]?.differences).toEqual([
      { pointer: '/names/zh-CN', before: '云山宽带（演示）', after: '云山宽带（新）' },
      { pointer: '/paymentLimitMinor', before: 500_000, after: 77_700 },
    ]);
    const [broadband, telephone] = [await idOf(BROADBAND), await idOf(TELEPHONE)];
    expect(await refusalOf(submit(catalogue, ['NO_SUCH']))).toBe('catalogue_entry_unknown');
    const requestId = await submit(catalogue, [BROADBAND]);
    expect(await city.agencies.getAgency(broadband)).toMatchObject({ manifestVersion: 1 });
    expect(await refusalOf(onboarding.approvals.approve(requestId, ann))).toBe('approval_by_submitter');
    expect(await onboarding.approvals.approve(requestId, ben)).toMatchObject({
      state: 'approved',
      summary: { entries: [{ agencyCode: BROADBAND, agencyId: broadband, change: 'changed' }] },
    });
    expect(await city.agencies.getAgency(broadband)).toMatchObject({
      manifestVersion: 2,
      manifest: { paymentLimitMinor: 77_700 },
    });
    expect(await onboarding.listReleases(broadband)).toMatchObject([
      { version: 2, requestId },
      { version: 1, requestId: null },
    ]);
    expect(await city.agencies.getAgency(telephone)).toMatchObject({ status: 'live' });
  });

  it('lets nobody approve what the list no longer says', async () => {
    const requestId = await submit(await sync(), [TELEPHONE]);
    bank.bank.changeBillers({ change: [{ billerId: WATER, orderLimitFen: 1_000_000 }] });
    const moved = await sync();
    expect(await refusalOf(onboarding.approvals.approve(requestId, ben))).toBe('catalogue_moved_on');
    const stale = { ...moved, revisionId: `cat_${'0'.repeat(26)}` };
    expect(await refusalOf(acceptDirectly(stale, null))).toBe('catalogue_moved_on');
    // Nor what somebody has changed meanwhile on our side.
    const water = await idOf(WATER);
    const again = await submit(moved, [WATER]);
    const live = await city.agencies.getAgency(water);
    if (!live) throw new Error('not live');
    await city.agencies.publishManifest({ ...live.manifest, costPpm: 400 });
    expect(await refusalOf(onboarding.approvals.approve(again, ben))).toBe('catalogue_moved_on');
    await onboarding.approvals.approve(await submit(moved, [WATER]), ben);
    expect(await city.agencies.getAgency(water)).toMatchObject({
      manifest: { costPpm: 400, paymentLimitMinor: 1_000_000 },
    });
  });

  it('retires what is carried no more, and what is under way there finishes under its version', async () => {
    const agencyId = await idOf(BROADBAND);
    const { number = '' } = (await bank.bank.addCustomer({ billerId: BROADBAND })) ?? {};
    await bank.bank.issueBill({ billerId: BROADBAND, number });
    const payment = await payAt(agencyId, { [inputOf(BROADBAND)]: number });
    await city.work();

    bank.bank.changeBillers({ remove: [BROADBAND] });
    await onboarding.approvals.approve(await submit(await sync(), null), ben);
    expect(await city.agencies.getAgency(agencyId)).toMatchObject({ status: 'retired' });
    expect(await liveIds()).not.toContain(agencyId);
    expect(await refusalOf(payAt(agencyId, { [inputOf(BROADBAND)]: number }))).toBe('agency_retired');

    // The bank itself still knows the biller to those who paid before it was dropped.
    bank.bank.changeBillers({ restore: true });
    expect(await city.press(payment.paymentId, 'confirm')).toBe(true);
    await city.rest(city.clock.nowMs() + 3_600_000);
    expect(await city.payment(payment.paymentId)).toMatchObject({ status: 'posted', manifestVersion: 2 });
    expect(bank.bank.postings().map(({ reference }) => reference)).toContain(payment.paymentId);
  });

  it('makes a new agency of one that is listed again', async () => {
    const old = await idOf(BROADBAND);
    const catalogue = await sync();
    const again = catalogue.entries.find(({ agencyCode }) => agencyCode === BROADBAND);
    expect(again).toMatchObject({ change: 'added', agencyId: `${old}-2` });
    await acceptDirectly(catalogue, [BROADBAND]);
    expect(await liveIds()).toContain(`${old}-2`);
    expect(await city.agencies.getAgency(old)).toMatchObject({ status: 'retired' });
  });

  it('changes nothing while the connection does not answer', async () => {
    const before = await revisions();
    bank.bank.conduct.addFault({ operation: 'listAgencies', fault: 'badJson', times: 1 });
    expect(await refusalOf(sync())).toBe('catalogue_unavailable');
    expect(await revisions()).toBe(before);
  });

  it('is there for connections that list, and holds on live ones only', async () => {
    expect(await refusalOf(onboarding.catalogues.sync('nowhere'))).toBe('connection_not_found');
    expect(await refusalOf(onboarding.catalogues.sync(CHANNEL_ID))).toBe('connection_not_found');
    expect(await refusalOf(onboarding.catalogues.sync('guangzhou-power-gateway'))).toBe(
      'catalogue_not_listed',
    );
    await onboarding.connections.put(connection('bank-to-try'), 'sandbox', ann);
    const { revisionId } = await onboarding.catalogues.sync('bank-to-try');
    expect(await refusalOf(onboarding.catalogues.acceptDirectly('bank-to-try', revisionId, null))).toBe(
      'go_live_blocked',
    );
  });

  async function payAt(agencyId: string, inputs: Record<string, string>) {
    const { residentId, billing } = city;
    const query = await billing.queries.query(residentId, agencyId, inputs);
    if (query.queryId === null) throw new Error(`nothing to pay: ${query.outcome}`);
    const amountMinor = query.bills.reduce((sum, bill) => sum + bill.amountDue.amountMinor, 0);
    const order = {
      queryId: query.queryId,
      billIds: query.bills.map(({ billId }) => billId),
      amount: { amountMinor, currency: 'CNY' },
      channelId: CHANNEL_ID,
    };
    return billing.orders.create(residentId, order, null);
  }
});
