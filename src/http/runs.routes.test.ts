import { createTestVault } from '../../test/support/accounts.ts';
import { type CheckedApi, checkedApi } from '../../test/support/api.ts';
import { commandOf, frameWith, someCaller } from '../../test/support/http-app.ts';
import { keepPayments } from '../../test/support/planted-books.ts';
import { fileOf } from '../../test/support/planted-files.ts';
import { Dice, ourRowsOf, type PlayedPayment, playPayment } from '../../test/support/planted-payments.ts';
import { PLANTED_ROUTE, plantedSources, reconcileFile } from '../../test/support/reconciling.ts';
import { describeOnStack } from '../../test/support/stacks.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import { theirs } from '../../test/support/worked-day.ts';
import { Explanations, ReconciliationRuns, type RunSummary } from '../reconciliation/index.ts';
import { runsRoutes } from './runs.routes.ts';

const DATE = '2026-10-20';
const finance = someCaller('finance');
const operator = someCaller('operator');
const agency = someCaller('agency');
const NONE = '01m80000000000000000000000';

describeOnStack('embedded', 'the API of runs', (stack) => {
  const vault = createTestVault();
  const clock = new TestClock(Date.parse('2026-10-21T03:00:00Z'));
  const sources = plantedSources(DATE, {});
  let api: CheckedApi;
  let payments: PlayedPayment[];
  let first: RunSummary;
  let second: RunSummary;

  beforeAll(async () => {
    const { db } = stack();
    const dice = new Dice(7);
    payments = [100, 200].map((amountMinor, at) => {
      const debitedAtMs = Date.parse(`${DATE}T0${8 + at}:00:00+08:00`);
      const order = { ending: 'posted', amountMinor, debitedAtMs, postedAtMs: debitedAtMs + 5_000 } as const;
      return playPayment(PLANTED_ROUTE, order, dice);
    });
    await keepPayments(db, vault, payments, clock.nowMs());
    const deps = { db, vault, clock, sources };
    const matched = async (rows: ReturnType<typeof theirs>) => {
      const file = fileOf('sandbox-bank-csv-1', rows, DATE, 0);
      const { run } = await reconcileFile(deps, { sourceId: 'bank', businessDate: DATE }, file);
      // As the phases of a batch do.
      const { oursId, theirsId } = run;
      await db('reconciliation_batches').update({ ours_id: oursId, theirs_id: theirsId });
      clock.advance(1_000);
      return run;
    };
    const rows = payments.flatMap((played) => theirs(ourRowsOf(played).channel));
    first = await matched(rows.slice(0, 1));
    second = await matched(rows);
    const list = () => Promise.all([sources.get('bank'), sources.get('gas')]);
    const routes = runsRoutes({
      runs: new ReconciliationRuns({ ...deps, agenciesOf: async () => [] }),
      explanations: new Explanations({ ...deps, sources: { list } }),
      addressIndex: () => 'index',
    });
    const { app, openApi } = frameWith(routes, [finance, operator, agency]);
    api = checkedApi(app, openApi);
  });
  const get = (path: string, caller = finance) =>
    api.get(`/v1/reconciliation/${path}`).set(commandOf(caller));
  const idOf = (played: PlayedPayment | undefined) => played?.created.paymentId ?? '';

  it('lists them a page at a time, newest first, to finance and operators', async () => {
    const { body: newer } = await get('runs?sourceId=bank&limit=1', operator).expect(200);
    expect(newer.items).toMatchObject([{ runId: second.runId, runNo: 2, previousRunId: first.runId }]);
    const { body: older } = await get(`runs?limit=1&cursor=${newer.nextCursor}`).expect(200);
    expect(older).toMatchObject({ items: [{ runId: first.runId, breakCount: 1 }], nextCursor: null });
    expect((await get(`runs?businessDate=2026-10-19`).expect(200)).body.items).toEqual([]);
    expect((await get('runs?cursor=x').expect(400)).body.code).toBe('cursor_invalid');
    for (const path of ['runs', `runs/${first.runId}`, `runs/${first.runId}/difference`])
      await get(path, agency).expect(403);
  });

  it('shows one with its proof, and what it says otherwise than the one before', async () => {
    const { body: run } = await get(`runs/${second.runId}`, operator).expect(200);
    const sums = [{ currency: 'CNY', rows: 2, amountMinor: 300 }];
    const whole = { all: sums, matched: sums, broken: [] };
    expect(run).toMatchObject({ matchCount: 2, proof: { ours: whole, theirs: whole } });
    const { body: before } = await get(`runs/${first.runId}/difference`, operator).expect(200);
    expect(before).toMatchObject({ counts: { newlyMatched: 0, newlyBroken: 0 }, items: [] });
    const { body: after } = await get(`runs/${second.runId}/difference`, operator).expect(200);
    expect(after).toMatchObject({
      counts: { newlyMatched: 1, newlyBroken: 0, changed: 0, vanished: 0 },
      items: [{ kind: 'newlyMatched', class: 'ledgerOnly', ref: idOf(payments[1]) }],
    });
    for (const path of [`runs/run_${NONE}`, `runs/run_${NONE}/difference`])
      expect((await get(path).expect(404)).body.code).toBe('run_not_found');
  });

  it('tells finance why a row is where it is, and writes down who asked', async () => {
    const at = `rows?sourceId=bank&businessDate=${DATE}&ref=${idOf(payments[0])}`;
    const { items } = (await get(at, operator).expect(200)).body;
    expect(items).toMatchObject([{ statementId: second.oursId }, { statementId: second.theirsId }]);
    const [{ statementId, rowNo }] = items;
    const why = `statements/${statementId}/rows/${rowNo}/why`;
    await get(why, operator).expect(403);
    const { body } = await get(why).expect(200);
    expect(body).toMatchObject({ kind: 'match', rule: 'exactReference', runId: second.runId });
    expect(body.rows).toMatchObject([
      { side: 'ours', raw: expect.stringContaining(idOf(payments[0])) },
      { side: 'theirs', revision: 2, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    const before = `statements/${first.theirsId}/rows/0/why`;
    expect((await get(before).expect(200)).body).toMatchObject({ kind: 'superseded', runId: null });
    expect((await get(`statements/${statementId}/rows/99/why`).expect(404)).body.code).toBe('row_not_found');
    const seen = await stack()
      .db('audit_events')
      .where({ action: 'reconciliation.why', object_id: statementId });
    expect(seen[0]).toMatchObject({ actor_id: finance.userId, address_index: 'index' });
  });

  it('tells finance what each side says of a payment, and of which nothing is matched yet', async () => {
    const paymentId = idOf(payments[1]);
    await get(`payments/${paymentId}/why`, operator).expect(403);
    const { body } = await get(`payments/${paymentId}/why`).expect(200);
    expect(body.items).toMatchObject([
      { sourceId: 'bank', role: 'channel', answers: [{ kind: 'match', runId: second.runId }] },
      { sourceId: 'gas', role: 'agency', answers: [] },
    ]);
    expect((await get(`payments/pay_${NONE}/why`).expect(404)).body.code).toBe('payment_not_found');
  });
});
