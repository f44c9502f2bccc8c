import { randomBytes } from 'node:crypto';
import { type CheckedApi, checkedApi } from '../../test/support/api.ts';
import { commandOf, frameWith, someCaller } from '../../test/support/http-app.ts';
import { openPlainAgencies, plainManifest } from '../../test/support/plain-agency.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import { createBillFiles } from '../bill-files/index.ts';
import { createVault } from '../infra/crypto/index.ts';
import { billFilesRoutes } from './bill-files.routes.ts';

const AGENCY = 'a-school';
const PATH = `/v1/agencies/${AGENCY}/bill-files`;
const operator = someCaller('operator');
const stranger = someCaller('agency');
const setup = { columns: { inputs: { accountNumber: '学号' }, period: '学期', amount: '应缴' } };
const log = { debug() {}, info() {}, warn() {}, error() {} };

describeOnBothStacks('the API of agencies that send files', (stack) => {
  let api: CheckedApi;

  beforeAll(async () => {
    const clock = new TestClock();
    const key = () => randomBytes(32).toString('base64');
    const vault = createVault({ current: 'k', keys: { k: key() }, indexKey: key() });
    const { db } = stack();
    const { agencies } = await openPlainAgencies({ db, vault, clock });
    await agencies.publishManifest(plainManifest(AGENCY, { agencyCode: AGENCY }));
    const billFiles = createBillFiles({ db, vault, clock, log, agencies });
    const { app, openApi } = frameWith(billFilesRoutes({ billFiles }), [operator, stranger]);
    api = checkedApi(app, openApi);
  });

  const send = (path: string, body: string) =>
    api.post(path).set(commandOf(operator)).set('content-type', 'text/csv').send(body);
  const get = (path: string) => api.get(path).set(commandOf(operator));

  it('leads from the setup over a preview to bills, and lists what came', async () => {
    await get(`${PATH}/setup`).expect(404);
    await api.put(`${PATH}/setup`).set(commandOf(operator)).send(setup).expect(200);
    expect((await get(`${PATH}/setup`).expect(200)).body).toMatchObject({ ...setup, mode: 'delta' });

    const file = '学号,学期,应缴\n0000000001,2026-1,5800.00\n12,2026-1,1\n';
    const preview = await send(`${PATH}/previews`, file).expect(200);
    expect(preview.body).toMatchObject({
      bills: [{ line: 2, maskedAccount: '****0001', amountMinor: 580_000 }],
      problems: [{ line: 3, code: 'account_wrong_format', text: { en: expect.stringContaining('text') } }],
    });

    const { body } = await send(`${PATH}?fileName=fees.csv`, file).expect(200);
    expect(body).toMatchObject({
      outcome: 'imported',
      revision: { revision: 1, fileName: 'fees.csv', summary: { addedCount: 1, badLineCount: 1 } },
    });
    expect((await send(PATH, file).expect(200)).body).toMatchObject({ outcome: 'alreadyImported' });
    expect((await send(`${PATH}?again=true`, file).expect(200)).body).toMatchObject({ outcome: 'imported' });

    const list = await get(`${PATH}?limit=1`).expect(200);
    expect(list.body).toMatchObject({ items: [{ revision: 2 }], nextCursor: '2' });
    expect((await get(`${PATH}?cursor=2`).expect(200)).body).toMatchObject({ items: [{ revision: 1 }] });
    const one = await get(`${PATH}/${body.revision.revisionId}`).expect(200);
    expect(one.body.problems).toHaveLength(1);
  });

  it('answers what cannot be with a reason', async () => {
    expect((await send(PATH, '').expect(422)).body).toMatchObject({ code: 'bill_file_missing' });
    const wrong = { columns: { ...setup.columns, inputs: { name: '姓名' } } };
    const refused = await api.put(`${PATH}/setup`).set(commandOf(operator)).send(wrong).expect(422);
    expect(refused.body).toMatchObject({
      code: 'bill_file_setup_invalid',
      errors: [{ pointer: '#/columns/inputs' }],
    });
    await get(`${PATH}/brv_01jd3v9q2k0a00000000000000`).expect(404);
    expect((await get(`/v1/agencies/${AGENCY}/payment-advice/2020-01-01`).expect(202)).body).toEqual({
      state: 'emptyDay',
    });
  });

  it('shows an agency nothing of another', async () => {
    await api.get(PATH).set(commandOf(stranger)).expect(403);
  });
});
