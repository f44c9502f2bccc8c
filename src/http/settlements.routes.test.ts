import { type CheckedApi, checkedApi } from '../../test/support/api.ts';
import { commandOf, frameWith, someCaller } from '../../test/support/http-app.ts';
import { NET_T1, TestOffice } from '../../test/support/settlement-office.ts';
import { describeOnStack } from '../../test/support/stacks.ts';
import { settlementsRoutes } from './settlements.routes.ts';

const [ann, ben, cho] = ['stf_ann', 'stf_ben', 'stf_cho'].map((id) => someCaller('finance', id));
const operator = someCaller('operator');

describeOnStack('embedded', 'the API of settlement', (stack) => {
  let test: TestOffice;
  let api: CheckedApi;
  let agencyId: string;
  const agencyUser = { ...someCaller('agency', 'stf_agency'), agencyId: 'agency-1' };
  const stranger = { ...someCaller('agency', 'stf_stranger'), agencyId: 'another-agency' };
  const people = [ann, ben, cho, operator, agencyUser, stranger].filter((one) => one !== undefined);

  beforeAll(async () => {
    test = new TestOffice(stack().db);
    const routes = settlementsRoutes({ office: test.office, addressIndex: () => 'index' });
    const { app, openApi } = frameWith(routes, people);
    api = checkedApi(app, openApi);
    agencyId = agencyUser.agencyId;
  });
  const as = (person: typeof ann) => commandOf(person ?? operator);
  const post = (path: string, person: typeof ann, body: object = {}) =>
    api.post(path).set(as(person)).send(body);
  const get = (path: string, person: typeof ann = ann) => api.get(path).set(as(person));

  it('leads from terms over a settlement to a payout that two others approve on its hash', async () => {
    const asked = { agencyId, effectiveFrom: '2026-03-02', terms: NET_T1 };
    await post('/v1/settlement-terms', operator, asked).expect(403);
    const { body: terms } = await post('/v1/settlement-terms', ann, asked).expect(201);
    await post(`/v1/settlement-terms/${terms.termsId}/approve`, ann).expect(403);
    await post(`/v1/settlement-terms/${terms.termsId}/approve`, ben).expect(200);
    expect((await get('/v1/settlement-terms?state=approved').expect(200)).body.items).toHaveLength(1);

    await test.pay(agencyId, '2026-03-02', 10_000, 38);
    test.goTo('2026-03-03');
    await post('/v1/settlements/rounds', operator).expect(403);
    const { body: round } = await post('/v1/settlements/rounds', ann).expect(200);
    expect(round.items).toMatchObject([{ agencyId, outcome: 'notDue', settlementIds: [expect.any(String)] }]);
    const settlementId: string = round.items[0].settlementIds[0];
    expect((await get(`/v1/settlements/${settlementId}`).expect(200)).body).toMatchObject({
      totals: { payoutMinor: 9_962 },
      payoutState: 'due',
      items: [{ kind: 'payment', netMinor: 9_962 }],
    });

    const { body: batch } = await post('/v1/payouts', ann, { format: 'pain001' }).expect(201);
    const path = `/v1/payouts/${batch.batchId}`;
    const approval = { sha256: batch.sha256 };
    await post(`${path}/send`, ann).expect(409);
    await post(`${path}/approve`, ann, approval).expect(403);
    await post(`${path}/approve`, ben, { sha256: 'f'.repeat(64) }).expect(409);
    await post(`${path}/approve`, ben, approval).expect(200);
    await post(`${path}/approve`, cho, approval).expect(200);
    const sent = await post(`${path}/send`, ann).buffer(true).expect(200);
    expect(sent.headers['content-disposition']).toContain(`${batch.messageId}.xml`);
    const { body: detail } = await get(path).expect(200);
    expect(JSON.stringify(detail)).not.toContain('3602000119200000001');
    expect(detail.instructions).toMatchObject([{ maskedAccountNumber: '****0001', status: 'pending' }]);

    const answer = [
      `H,civicpay-payout-answer-1,B1,${batch.messageId},1,99.62`,
      `D,${detail.instructions[0].instructionId},99.62,CNY,ACCEPTED,,`,
      'T,1\n',
    ].join('\n');
    const take = () =>
      api
        .post('/v1/payout-answers')
        .set(as(ann))
        .set('content-type', 'application/octet-stream')
        .send(answer);
    expect((await take().expect(200)).body).toMatchObject({
      isRepeated: false,
      changes: [{ after: 'accepted' }],
    });
    expect((await take().expect(200)).body).toMatchObject({ isRepeated: true });
  });

  it('gives an agency its own settlements and statements, and nobody else’s', async () => {
    const own = `/v1/agencies/${agencyId}/settlements`;
    const { body } = await get(own, agencyUser).expect(200);
    expect(body.items).toMatchObject([{ payoutState: 'accepted' }]);
    const statement = `${own}/${body.items[0].settlementId}/statement`;
    for (const [format, begins] of [
      ['csv', '\uFEFF'],
      ['xlsx', 'PK'],
      ['pdf', '%PDF'],
    ]) {
      const file = await get(`${statement}?format=${format}`, agencyUser).buffer(true).expect(200);
      expect(
        Buffer.from(file.body)
          .toString('utf8')
          .startsWith(begins ?? ''),
      ).toBe(true);
    }
    await get(`/v1/agencies/${agencyId}/fee-invoices/2026-03`, agencyUser).expect(200);
    await get(own, stranger).expect(403);
    await get(
      `/v1/agencies/another-agency/settlements/${body.items[0].settlementId}/statement`,
      stranger,
    ).expect(404);
    for (const path of [
      '/v1/settlements',
      '/v1/payouts',
      '/v1/settlement-terms',
      '/v1/ledger/months/2026-03',
    ]) {
      await get(path, agencyUser).expect(403);
      await get(path, operator).expect(200);
    }
  });

  it('exports the books of a month, and closes it', async () => {
    const journals = await get('/v1/ledger/months/2026-03/journals').expect(200);
    expect(journals.text).toMatch(/total,,,,,,,CNY,([\d.]+),\1\r\n$/);
    const sheet = `/v1/ledger/months/2026-03/account-sheet?account=agency_payable/${agencyId}`;
    expect((await get(sheet).expect(200)).text).toContain('closing');
    await post('/v1/ledger/months/2026-03/close', ann).expect(409);
    test.goTo('2026-04-02');
    await post('/v1/ledger/months/2026-03/close', operator).expect(403);
    await post('/v1/ledger/months/2026-03/close', ann).expect(200);
    expect((await get('/v1/ledger/months').expect(200)).body.items).toMatchObject([{ month: '2026-03' }]);
    await get('/v1/ledger/months/2026-13').expect(404);
  });
});
