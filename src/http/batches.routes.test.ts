import { type CheckedApi, checkedApi } from '../../test/support/api.ts';
import { commandOf, frameWith, someCaller } from '../../test/support/http-app.ts';
import { plainBatchWork } from '../../test/support/plain-batch-work.ts';
import { describeOnStack } from '../../test/support/stacks.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import { addDays, businessDateOf } from '../kernel/business-date.ts';
import { type BatchFlow, createBatchFlow, sourceSettingsSchema } from '../reconciliation/index.ts';
import { batchesRoutes } from './batches.routes.ts';

const finance = someCaller('finance');
const operator = someCaller('operator');
const agency = someCaller('agency');
const CUT_OFF = { timeZone: 'Asia/Shanghai', cutOff: '00:00' };

describeOnStack('embedded', 'the API of business dates', (stack) => {
  const clock = new TestClock();
  const today = businessDateOf(clock.nowMs(), CUT_OFF);
  const yesterday = addDays(today, -1);
  const sent: string[] = [];
  let flow: BatchFlow;
  let api: CheckedApi;

  beforeAll(async () => {
    const { db } = stack();
    const sources = (['bank', 'gas'] as const).map((sourceId) => ({
      sourceId,
      role: sourceId === 'bank' ? ('channel' as const) : ('agency' as const),
      currency: 'CNY',
      cutOff: CUT_OFF,
      beganOn: yesterday,
      settings: sourceSettingsSchema.parse({}),
    }));
    flow = createBatchFlow({
      db,
      clock,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      send: (batches) => sent.push(...batches.map(({ sourceId }) => sourceId)),
      ...plainBatchWork(db, sources),
    });
    await flow.plan();
    const { app, openApi } = frameWith(batchesRoutes({ flow, addressIndex: () => 'index' }), [
      finance,
      operator,
      agency,
    ]);
    api = checkedApi(app, openApi);
  });
  const get = (path: string, caller = finance) =>
    api.get(`/v1/reconciliation/${path}`).set(commandOf(caller));
  const post = (path: string, caller = finance) =>
    api.post(`/v1/reconciliation/${path}`).set(commandOf(caller));
  async function carryOn(): Promise<void> {
    for (const { sourceId } of await flow.batches.list(yesterday))
      while (await flow.steps.run({ sourceId, businessDate: yesterday }));
    await flow.reports.writeOfDay(yesterday);
  }

  it('is for finance and operators to read, and for finance to command', async () => {
    await get('days', operator).expect(200);
    await get('days', agency).expect(403);
    await get(`days/${yesterday}`, agency).expect(403);
    await post(`batches/bank/${yesterday}/pause`, operator).expect(403);
    await post(`days/${yesterday}/run`, operator).expect(403);
  });

  it('lists dates a page at a time, newest first', async () => {
    const { body: first } = await get('days?limit=1').expect(200);
    expect(first.items).toMatchObject([{ businessDate: today, states: { waiting: 2 }, openBreaks: 0 }]);
    const { body: second } = await get(`days?limit=1&cursor=${first.nextCursor}`).expect(200);
    expect(second).toMatchObject({ items: [{ businessDate: yesterday }], nextCursor: null });
  });

  it('shows a date and its batches as they stand, and what they came to', async () => {
    const { body: before } = await get(`days/${yesterday}`).expect(200);
    expect(before).toMatchObject({ report: null, batches: [{ sourceId: 'bank' }, { sourceId: 'gas' }] });
    await carryOn();
    const { body: day } = await get(`days/${yesterday}`).expect(200);
    expect(day.report).toMatchObject({ revision: 1, content: { isComplete: true } });
    const { body: batch } = await get(`batches/bank/${yesterday}`).expect(200);
    expect(batch).toMatchObject({ batch: { state: 'done' }, report: { content: { matchCount: 0 } } });
    expect(batch.batch.commands).toEqual(['run']);
    await get('batches/nobody/2026-01-01').expect(404);
  });

  it('takes commands that make sense, refuses the others, and writes down who gave them', async () => {
    const stateAfter = async (command: string) => {
      const { body } = await post(`batches/gas/${today}/${command}`).expect(200);
      return body.state;
    };
    expect(await stateAfter('pause')).toBe('paused');
    const { body: refused } = await post(`batches/gas/${today}/retry`).expect(409);
    expect(refused.code).toBe('batch_state_wrong');
    expect(await stateAfter('resume')).toBe('waiting');
    expect(await stateAfter('cancel')).toBe('cancelled');
    expect(await stateAfter('run')).toBe('waiting');
    await post(`batches/gas/${today}/explode`).expect(404);
    await post('batches/nobody/2026-01-01/run').expect(404);
    const audited = await stack().db('audit_events').where('action', 'like', 'batch.%').pluck('action');
    expect(audited.sort()).toEqual(['batch.cancel', 'batch.pause', 'batch.resume', 'batch.run']);
  });

  it('runs a whole date again, which comes to the same', async () => {
    const { body: before } = await get(`batches/bank/${yesterday}`).expect(200);
    sent.length = 0;
    const { body } = await post(`days/${yesterday}/run`).expect(200);
    expect(body.items).toMatchObject([
      { sourceId: 'bank', state: 'waiting', phase: 'fetch' },
      { sourceId: 'gas', state: 'waiting', phase: 'fetch' },
    ]);
    expect(sent).toEqual(['bank', 'gas']);
    await carryOn();
    const { body: after } = await get(`batches/bank/${yesterday}`).expect(200);
    expect(after.batch.runId).toBe(before.batch.runId);
    expect(after.report).toEqual(before.report);
    await post('days/2020-01-01/run').expect(404);
  });
});
