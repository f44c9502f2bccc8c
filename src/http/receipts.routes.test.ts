import { createTestVault } from '../../test/support/accounts.ts';
import { type CheckedApi, checkedApi } from '../../test/support/api.ts';
import { cookieOf, frameWith, someCaller } from '../../test/support/http-app.ts';
import { openPlainAgencies, plainManifest } from '../../test/support/plain-agency.ts';
import { somePayment } from '../../test/support/some-payment.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import { createBilling } from '../billing/index.ts';
import { insertPayments } from '../billing/payment.repo.ts';
import { createLogger } from '../infra/log/index.ts';
import { receiptsRoutes } from './receipts.routes.ts';

const payer = someCaller('resident', 'res_one');
const other = someCaller('resident', 'res_two');

describeOnBothStacks('the API of receipts', (stack) => {
  const posted = somePayment();
  const refunded = somePayment({ status: 'refunded' });
  const toppedUp = somePayment({
    amount: { amountMinor: 10_000, currency: 'CNY' },
    debitedMinor: 10_038,
    fees: [
      {
        payer: 'resident',
        amountMinor: 38,
        shares: { platformMinor: 38, channelMinor: 0, agencyMinor: 0 },
      },
    ],
    bills: [],
    planId: 'kwh-200',
    planName: { 'zh-CN': '200 度', en: '200 kWh' },
    fulfilment: { kind: 'token', token: '12345678901234567890', units: '200 kWh' },
    payer: { name: '陈晓明' },
  });
  const url = `/v1/payments/${posted.paymentId}/receipt`;
  let api: CheckedApi;
  let logged: string[];

  beforeAll(async () => {
    const common = { db: stack().db, vault: createTestVault(), clock: new TestClock() };
    const { agencies } = await openPlainAgencies(common);
    await agencies.publishManifest(plainManifest('plain-power'));
    await common.db.transaction((tx) => insertPayments(tx, common.vault, [posted, refunded, toppedUp]));
    const log = createLogger({ level: 'silent', service: 'test' });
    const publicUrl = 'https://pay.example.cn';
    const { receipts } = createBilling({ ...common, log, agencies, publicUrl, sendTasks: () => {} });
    const frame = frameWith(receiptsRoutes({ receipts }), [payer, other]);
    api = checkedApi(frame.app, frame.openApi);
    logged = frame.logged;
  });

  it('gives the receipt to who paid, and to nobody else', async () => {
    const { body } = await api.get(url).set('cookie', cookieOf(payer)).expect(200);
    expect(body).toMatchObject({
      paymentId: posted.paymentId,
      amount: { amountMinor: 123_456, currency: 'CNY' },
      debitedAt: '2026-03-01T15:59:58.000Z',
      postedAt: '2026-03-01T16:00:02.000Z',
      channel: { names: { 'zh-CN': '测试银行' }, reference: 'BANK-1' },
    });
    expect(body).toMatchObject({ credit: null, planName: null, fulfilment: null, payerName: null });
    for (const file of [url, `${url}.pdf`]) {
      const refused = await api.get(file).set('cookie', cookieOf(other)).expect(404);
      expect(refused.body.code).toBe('payment_not_found');
      await api.get(file).set('cookie', '').expect(401);
    }
    const none = await api.get(`/v1/payments/${refunded.paymentId}/receipt`).set('cookie', cookieOf(payer));
    expect([none.status, none.body.code]).toEqual([409, 'receipt_not_available']);
  });

  it('says what was paid on top, what was bought, and who paid', async () => {
    const { body } = await api
      .get(`/v1/payments/${toppedUp.paymentId}/receipt`)
      .set('cookie', cookieOf(payer))
      .expect(200);
    expect(body).toMatchObject({
      amount: { amountMinor: 10_000 },
      fee: { amountMinor: 38 },
      total: { amountMinor: 10_038, currency: 'CNY' },
      credit: null,
      planName: { 'zh-CN': '200 度', en: '200 kWh' },
      fulfilment: { kind: 'token', token: '12345678901234567890', units: '200 kWh' },
      payerName: '陈晓明',
    });
  });

  it('gives it as a PDF that no cache keeps', async () => {
    const response = await api
      .get(`${url}.pdf`)
      .set('cookie', cookieOf(payer))
      .expect(200)
      .expect('content-type', 'application/pdf')
      .expect('cache-control', 'no-store')
      .expect('content-disposition', /^attachment; filename="rcp_\w{26}\.pdf"$/)
      .responseType('arraybuffer');
    expect(Buffer.from(response.body).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('tells anybody with the code whether it is genuine, and nothing of who paid', async () => {
    const { body: receipt } = await api.get(url).set('cookie', cookieOf(payer)).expect(200);
    const verification = `/v1/receipts/${receipt.receiptId}/verification`;
    expect(new URL(receipt.verifyUrl).pathname).toBe(`/verify/${receipt.receiptId}`);
    const { body } = await api
      .get(`${verification}?code=${new URL(receipt.verifyUrl).searchParams.get('code')}`)
      .set('cookie', '')
      .expect(200);
    const { receiptId, agency, maskedAccount, amount, fee, total, debitedAt, postedAt } = receipt;
    const { agencyReference } = receipt;
    expect(body).toEqual({
      receiptId,
      agency,
      maskedAccount,
      amount,
      fee,
      total,
      debitedAt,
      postedAt,
      agencyReference,
    });

    const attempts = [
      verification,
      `${verification}?code=AAAAAAAAAA`,
      `/v1/receipts/rcp_00000000000000000000000000/verification?code=${receipt.verificationCode}`,
      `/v1/receipts/nothing/verification?code=${receipt.verificationCode}`,
    ];
    for (const attempt of attempts) {
      const refused = await api.get(attempt).set('cookie', '').expect(404);
      expect(refused.body).toMatchObject({ code: 'receipt_not_verified', title: '无法验证此回执' });
    }
    expect(logged.join()).not.toContain(receipt.verificationCode);
  });
});
