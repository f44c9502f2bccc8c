import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type RunningWaterAgency, startWaterAgency } from '../../sandbox/water-agency/server.ts';
import { newKeys, openBillerBank, type TestBillerBank, WATER } from '../../test/support/biller-bank.ts';
import { CHANNEL_ID, City } from '../../test/support/city.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import type { ManifestInput, QueryOutcome } from '../contract/index.ts';

const AGENCY_ID = 'guangzhou-water';
const DIRECT = 'guangzhou-water-gateway';
const BANK = 'some-bank';
const MANIFEST = path.resolve(import.meta.dirname, '../../providers/water/manifests/guangzhou-water.json');
const CALL_TIMEOUT_MS = 700;
const HOUR_MS = 3_600_000;
const limits = { concurrency: 50, ratePerSecond: 1_000 };
const nothing: QueryOutcome = { kind: 'unavailable', reason: { code: 'too_busy', source: 'civicpay' } };
/** What befalls the way that a payment took, and when. */
const FLAPS = [
  'afterQuery',
  'afterOrder',
  'afterDebit',
  'timeoutBeforePosting',
  'timeoutAfterPosting',
] as const;

describeOnBothStacks('an agency that is reached directly and behind a bank', (stack) => {
  let city: City;
  let water: RunningWaterAgency;
  let bank: TestBillerBank;
  let dataDir: string;

  beforeAll(async () => {
    city = await City.start(stack());
    dataDir = mkdtempSync(path.join(tmpdir(), 'water-agency-'));
    const [ours, theirs] = [newKeys(), newKeys()];
    bank = await openBillerBank(CALL_TIMEOUT_MS, 'unused', city.clock);
    water = await startWaterAgency({
      port: 0,
      dataDir,
      keys: {
        merchantId: 'civicpay',
        merchantPublicKey: ours.publicKey,
        agencyPrivateKey: theirs.privateKey,
      },
      controlToken: 'unused',
      clock: city.clock,
    });
    const common = { plug: 'provider', limits } as const;
    await city.agencies.putConnection({
      ...common,
      connectionId: DIRECT,
      kind: 'water',
      settings: {
        baseUrl: water.url,
        merchantId: 'civicpay',
        merchantPrivateKey: ours.privateKey,
        agencyPublicKey: theirs.publicKey,
        timeoutMs: CALL_TIMEOUT_MS,
      },
    });
    await city.agencies.putConnection({
      ...common,
      connectionId: BANK,
      kind: 'bank-biller-channel',
      settings: bank.settings,
    });
    const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8')) as ManifestInput;
    await city.agencies.publishManifest({
      ...manifest,
      // What both ways can do.
      capabilities: ['queryBills', 'pay', 'queryPayment', 'fetchStatement'],
      costPpm: 1_000,
      otherRoutes: [{ connection: BANK, agencyCode: WATER, costPpm: 3_000 }],
    });
  });
  afterAll(async () => {
    await water?.stop();
    await bank?.stop();
    await city?.stop();
    if (dataDir) rmSync(dataDir, { recursive: true, force: true });
  });

  // A test that fails half way leaves one of them down.
  beforeEach(async () => {
    await mend(DIRECT);
    await mend(BANK);
  });

  /** Eight calls in a row that nobody answers, and nobody thinks that it works. */
  async function breakDown(way: typeof DIRECT | typeof BANK): Promise<void> {
    await (way === DIRECT ? water : bank).goDown();
    for (let i = 0; i < 8; i++) await look(way);
  }

  async function mend(way: typeof DIRECT | typeof BANK): Promise<void> {
    await (way === DIRECT ? water : bank).comeUp();
    for (let i = 0; i < 3; i++) {
      city.clock.advance(40_000);
      await look(way);
    }
  }

  function look(way: typeof DIRECT | typeof BANK) {
    const request = { agencyCode: WATER, inputs: { accountNumber: '6000000000' } };
    return city.agencies.gateway.provider(way, 'queryBills', request, nothing, nothing);
  }

  /** An account that both know, with a bill at either. */
  async function account(): Promise<string> {
    const { accountNo } = await water.agency.addCustomer();
    await water.agency.issueBill({ accountNo });
    await bank.bank.adoptCustomer(WATER, accountNo);
    await bank.bank.issueBill({ billerId: WATER, number: accountNo });
    return accountNo;
  }

  async function query(accountNumber: string) {
    const found = await city.billing.queries.query(city.residentId, AGENCY_ID, { accountNumber });
    if (found.queryId === null)
      throw new Error(`nothing to pay: ${found.outcome} ${found.reason?.code ?? ''}`);
    return { ...found, queryId: found.queryId };
  }

  function order({ queryId, bills }: Awaited<ReturnType<typeof query>>) {
    const amountMinor = bills.reduce((sum, { amountDue }) => sum + amountDue.amountMinor, 0);
    const billIds = bills.map(({ billId }) => billId);
    const wanted = { queryId, billIds, amount: { amountMinor, currency: 'CNY' }, channelId: CHANNEL_ID };
    return city.billing.orders.create(city.residentId, wanted, null);
  }

  /** Where a payment was sent: the books of both sides. */
  function sentTo(reference: string): string[] {
    const isIt = (posting: { reference: string }) => posting.reference === reference;
    return [
      ...water.agency
        .postings()
        .filter(isIt)
        .map(() => DIRECT),
      ...bank.bank
        .postings()
        .filter(isIt)
        .map(() => BANK),
    ];
  }

  const cases = ([DIRECT, BANK] as const).flatMap((way) => FLAPS.map((flap) => [way, flap] as const));
  it.each(cases)('sends a payment begun over %s one way only, whatever happens %s', async (way, flap) => {
    const other = way === DIRECT ? BANK : DIRECT;
    const accountNo = await account();
    if (way === BANK) await breakDown(DIRECT);
    const found = await query(accountNo);
    // From here on the other way is the better one.
    const flip = async () => {
      if (way === BANK) await mend(DIRECT);
      await breakDown(way);
    };
    if (flap === 'afterQuery') {
      await flip();
      // Longer than an answer is taken for fresh: the agency is asked again, the way that it was asked before.
      city.clock.advance(60_000);
      await expect(order(found)).rejects.toMatchObject({ name: 'DomainError' });
      await mend(way);
      expect(city.agencies.chooseRoute(await live()).connectionId).toBe(DIRECT);
      return;
    }
    const { paymentId, connectionId } = await order(found);
    expect(connectionId).toBe(way);
    await city.work();
    if (flap === 'afterOrder') await flip();
    expect(await city.press(paymentId, 'confirm')).toBe(true);
    const { conduct } = way === DIRECT ? water.agency : bank.bank;
    if (flap === 'afterDebit') await flip();
    if (flap.startsWith('timeout')) {
      conduct.addFault({ operation: 'pay', fault: flap as 'timeoutAfterPosting', times: 1 });
      await city.work();
      await flip();
    }
    await city.rest(city.clock.nowMs() + 60_000);
    expect(sentTo(paymentId)).not.toContain(other);

    await mend(way);
    await city.rest(city.clock.nowMs() + 3 * HOUR_MS);
    expect(await city.payment(paymentId)).toMatchObject({ status: 'posted', connectionId: way });
    expect(sentTo(paymentId)).toEqual([way]);
    expect(city.agencies.chooseRoute(await live()).connectionId).toBe(DIRECT);
  });

  async function live() {
    const agency = await city.agencies.getAgency(AGENCY_ID);
    if (!agency) throw new Error('not live');
    return agency;
  }
});
