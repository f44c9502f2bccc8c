import { createTestVault } from '../../test/support/accounts.ts';
import { type CheckedApi, checkedApi } from '../../test/support/api.ts';
import { commandOf, frameWith, someCaller } from '../../test/support/http-app.ts';
import { openPlainAgencies, PLAIN_CHANNEL, plainManifest } from '../../test/support/plain-agency.ts';
import { describeOnStack } from '../../test/support/stacks.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import { claimBatch, planBatches } from '../reconciliation/batches/batches.repo.ts';
import { StatementIntake, StatementSources } from '../reconciliation/index.ts';
import { type StatementsRoutesOptions, statementsRoutes } from './statements.routes.ts';

const maker = someCaller('finance', 'stf_maker');
const checker = someCaller('finance', 'stf_checker');
const operator = someCaller('operator');
const DATE = '2026-03-02';
const SOURCES = '/v1/reconciliation/sources';
const UPLOAD = `${SOURCES}/${PLAIN_CHANNEL}/dates/${DATE}/statements`;
const STATEMENTS = '/v1/reconciliation/statements';

const FILE = [
  `H,SBSTMT1,civicpay,${DATE},CNY,x`,
  `D,1,DEBIT,B1,pay_1,,${DATE}T10:00:00,1.00`,
  `D,2,REFUND,B2,rf0_1,pay_1,${DATE}T10:01:00,0.40`,
  'T,1,1.00,1,0.40,0.60',
  '',
].join('\r\n');

describeOnStack('embedded', 'the API of statements', (stack) => {
  let api: CheckedApi;
  const decided: string[] = [];

  beforeAll(async () => {
    const { db } = stack();
    const clock = new TestClock();
    const vault = createTestVault();
    const { agencies } = await openPlainAgencies({ db, vault, clock });
    await agencies.publishManifest(plainManifest('a-school', { agencyCode: 'a-school' }));
    const sources = new StatementSources({ db, clock, agencies });
    await sources.sync();
    const intake = new StatementIntake({ db, vault, clock, agencies, sources });
    const batches: StatementsRoutesOptions['batches'] = {
      async take(key, file) {
        await planBatches(db, [{ ...key, dueAtMs: 0 }], 0);
        const claim = { phase: null, states: ['waiting'], leaseMs: 0, nowMs: clock.nowMs() } as const;
        const claimed = await claimBatch(db, key, claim);
        if (!claimed) throw new Error('not claimed');
        return intake.take(claimed.fence, file);
      },
      async decided({ statementId }) {
        decided.push(statementId);
      },
    };
    const routes = statementsRoutes({ sources, intake, batches, addressIndex: (address) => `i:${address}` });
    const { app, openApi } = frameWith(routes, [maker, checker, operator]);
    api = checkedApi(app, openApi);
  });

  const upload = (content: string, path = UPLOAD) =>
    api.post(path).set(commandOf(maker)).set('content-type', 'application/octet-stream').send(content);
  const get = (path: string, caller = maker) => api.get(path).set(commandOf(caller));

  it('lists sources, and changes how their files are read, by finance alone', async () => {
    const { body } = await get(SOURCES, operator).expect(200);
    const channel = body.items.find(({ sourceId }: { sourceId: string }) => sourceId === PLAIN_CHANNEL);
    expect(channel).toMatchObject({ role: 'channel', currency: 'CNY', beganOn: DATE });
    const settings = { ...channel.settings, dueMinutesAfterCutOff: 60, surplusSide: 'ours' };
    const put = (caller: typeof maker, change: object) =>
      api.put(`${SOURCES}/${PLAIN_CHANNEL}`).set(commandOf(caller)).send(change);
    await put(operator, { settings }).expect(403);
    await put(maker, { settings: { ...settings, format: 'no-such-format' } }).expect(422);
    const changed = await put(maker, { settings, cutOff: { timeZone: 'UTC', cutOff: '01:30' } }).expect(200);
    expect(changed.body).toMatchObject({
      cutOff: { timeZone: 'UTC', cutOff: '01:30' },
      settings: { dueMinutesAfterCutOff: 60, matching: channel.settings.matching },
    });
    const audited = await stack().db('audit_events').where({ action: 'statementSource.change' });
    expect(audited).toHaveLength(1);
  });

  it('takes a file in once, and shows it with its sums and, to finance, its rows', async () => {
    const { body } = await upload(FILE, `${UPLOAD}?fileName=day.csv`).expect(200);
    expect(body).toMatchObject({
      outcome: 'accepted',
      statement: {
        revision: 1,
        fileName: 'day.csv',
        receivedBy: 'stf_maker',
        sums: [{ currency: 'CNY', rowCount: 2, amountMinor: 60 }],
        accounts: [{ account: 'civicpay', creditMinor: 100, debitMinor: 40, openingMinor: null }],
      },
    });
    const { statementId } = body.statement;
    expect((await upload(FILE).expect(200)).body).toMatchObject({
      outcome: 'seenBefore',
      statement: { statementId },
    });
    const list = await get(`${STATEMENTS}?businessDate=${DATE}&limit=1`, operator).expect(200);
    expect(list.body).toEqual({ items: [body.statement], nextCursor: null });
    await get(`${STATEMENTS}?cursor=abc`).expect(400);
    const rows = await get(`${STATEMENTS}/${statementId}/rows?fromRow=0&limit=1`).expect(200);
    expect(rows.body).toEqual({
      items: [{ rowNo: 0, line: 2, raw: expect.stringContaining('pay_1'), sha256: expect.any(String) }],
      nextFromRow: 1,
    });
    expect((await get(`${STATEMENTS}/${statementId}/rows?fromRow=5`).expect(200)).body).toEqual({
      items: [],
      nextFromRow: null,
    });
    await get(`${STATEMENTS}/${statementId}/rows`, operator).expect(403);
    const looked = await stack()
      .db('audit_events')
      .where({ action: 'statement.readRows', actor_id: 'stf_maker' });
    expect(looked).toHaveLength(2);
  });

  it('asks another person about a file that a gate has stopped', async () => {
    const wrongTotal = FILE.replace('pay_1', 'pay_2').replace('T,1,1.00', 'T,1,2.00');
    const { body } = await upload(wrongTotal).expect(200);
    expect(body).toMatchObject({ outcome: 'stopped', statement: { status: 'stopped' } });
    expect(body.statement.findings[0]).toMatchObject({
      gate: 'totals',
      code: 'total_differs',
      isWaivable: true,
      text: { 'zh-CN': expect.stringContaining('不一致') },
    });
    const decide = (caller: typeof maker, accept: boolean) =>
      api
        .post(`${STATEMENTS}/${body.statement.statementId}/decision`)
        .set(commandOf(caller))
        .send({ accept, reason: 'the bank confirmed it' });
    await decide(operator, true).expect(403);
    expect((await decide(maker, true).expect(403)).body).toMatchObject({ code: 'approval_by_submitter' });
    const accepted = await decide(checker, true).expect(200);
    expect(accepted.body).toMatchObject({ status: 'accepted', decidedBy: 'stf_checker' });
    expect(decided).toEqual([body.statement.statementId]);
    expect((await decide(checker, false).expect(409)).body).toMatchObject({ code: 'statement_decided' });
  });

  it('answers what cannot be with a reason', async () => {
    expect((await upload('').expect(422)).body).toMatchObject({ code: 'statement_file_missing' });
    expect(
      (await upload(FILE, `${SOURCES}/no-such/dates/${DATE}/statements`).expect(404)).body,
    ).toMatchObject({
      code: 'statement_source_not_found',
    });
    await upload(FILE, `${SOURCES}/${PLAIN_CHANNEL}/dates/2026-02-30/statements`).expect(404);
    await get(`${STATEMENTS}/stm_01jd3v9q2k0a00000000000000`).expect(404);
  });
});
