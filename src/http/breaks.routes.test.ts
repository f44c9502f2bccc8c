import { randomUUID } from 'node:crypto';
import { type CheckedApi, checkedApi } from '../../test/support/api.ts';
import { BreakDesk, FINANCE } from '../../test/support/breaks.ts';
import { commandOf, frameWith, someCaller } from '../../test/support/http-app.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { suspenseThatDiffers } from '../reconciliation/index.ts';
import { breaksRoutes } from './breaks.routes.ts';
import { createIdempotencyStore } from './idempotency.service.ts';

const maker = someCaller('finance', FINANCE[0]);
const checker = someCaller('finance', FINANCE[1]);
const operator = someCaller('operator');
const BASE = '/v1/reconciliation';

describeOnBothStacks('the API of breaks', (stack) => {
  let api: CheckedApi;
  let desk: BreakDesk;
  let bank: string;

  beforeAll(async () => {
    desk = new BreakDesk(stack().db);
    bank = await desk.addSource('channel');
    const idempotency = createIdempotencyStore({
      db: stack().db,
      vault: desk.vault,
      clock: desk.clock,
      log: desk.log,
    });
    const routes = breaksRoutes({ breaks: desk.module, addressIndex: (address) => `i:${address}` });
    const { app, openApi } = frameWith(routes, [maker, checker, operator], { idempotency });
    api = checkedApi(app, openApi);
  });
  afterEach(async () => {
    expect(await suspenseThatDiffers(stack().db)).toEqual([]);
  });

  const get = (path: string, caller = maker) => api.get(`${BASE}/${path}`).set(commandOf(caller));
  const post = (path: string, body: object, caller = maker) =>
    api.post(`${BASE}/${path}`).set(commandOf(caller)).set('idempotency-key', randomUUID()).send(body);
  const bankOnly = (amountMinor = 1_000) =>
    desk.addBreak(bank, 'bankOnly', [{ side: 'theirs', amountMinor }]);

  it('lists what a filter finds, to finance and operators', async () => {
    const breakId = await bankOnly();
    const { body } = await get(`breaks?state=open,proposed&class=bankOnly&sourceId=${bank}`, operator).expect(
      200,
    );
    expect(body.items).toMatchObject([{ breakId, word: 'surplus', differenceMinor: 1_000, waitsFor: null }]);
    expect((await get('breaks?state=ajar')).body.code).toBe('query_invalid');
    expect((await get('breaks?cursor=x')).body.code).toBe('cursor_invalid');
    const totals = await get(`break-totals?sourceId=${bank}&state=open`, operator).expect(200);
    expect(totals.body.items).toMatchObject([{ class: 'bankOnly', count: 1, amountMinor: 1_000 }]);
    const digest = await api
      .get(`${BASE}/break-digest`)
      .set(commandOf(operator))
      .set('accept-language', 'en')
      .expect(200);
    expect(digest.body.text).toContain('By source');
    const owners = await get('break-owners').expect(200);
    expect(owners.body.items).toHaveLength(FINANCE.length);
  });

  it('shows rows as they came to finance alone, and writes down who looked', async () => {
    const breakId = await bankOnly();
    await get(`breaks/${breakId}`, operator).expect(200);
    await get(`breaks/${breakId}/rows`, operator).expect(403);
    const { body } = await get(`breaks/${breakId}/rows`).expect(200);
    expect(body.items).toMatchObject([{ side: 'theirs', amountMinor: 1_000 }]);
    const seen = await stack().db('audit_events').where({ action: 'break.readRows', object_id: breakId });
    expect(seen).toMatchObject([{ actor_id: FINANCE[0] }]);
    await get('breaks/brk_00000000000000000000000000').expect(404);
    await get('breaks/nonsense').expect(404);
  });

  it('gives all that a filter finds to one person, but for what is closed', async () => {
    const source = await desk.addSource('channel');
    const theirs = (amountMinor: number) =>
      desk.addBreak(source, 'bankOnly', [{ side: 'theirs', amountMinor }]);
    const found = [await theirs(300), await theirs(500)];
    const give = (body: object) => post('break-assignments', { owner: FINANCE[1], ...body });
    const filter = { sourceId: source };
    expect((await give({ filter, reason: '归口处理' }).expect(200)).body).toEqual({ count: 2 });
    const { body } = await get(`breaks?sourceId=${source}`).expect(200);
    expect(body.items).toMatchObject(found.map(() => ({ owner: FINANCE[1] })));
    expect((await give({ filter: { ...filter, state: 'closed' } }).expect(200)).body).toEqual({ count: 0 });
    expect((await give({ filter, breakIds: found }).expect(422)).body.code).toBe('breaks_not_named');
    expect((await give({}).expect(422)).body.code).toBe('breaks_not_named');
  });

  it('says in words what stands in the way of a resolution', async () => {
    const breakId = await bankOnly();
    const { body } = await post('break-resolutions/preview', { breakIds: [breakId], kind: 'resend' }).expect(
      200,
    );
    expect(body.obstacle).toMatchObject({ code: 'break_not_resendable', breakId, title: '这笔差错不能重发' });
  });

  it('takes two people through a resolution, and replays give the same answer', async () => {
    const breakId = await bankOnly();
    const preview = await post('break-resolutions/preview', { breakIds: [breakId], kind: 'writeOff' }).expect(
      200,
    );
    expect(preview.body).toMatchObject({ people: 2, amountMinor: 1_000, obstacle: null });
    const { breaksSha256 } = preview.body;
    const proposal = { breakIds: [breakId], breaksSha256, kind: 'writeOff', reason: '金额小于成本' };
    const key = { ...commandOf(maker), 'idempotency-key': randomUUID() };
    const ask = () => api.post(`${BASE}/break-resolutions`).set(key).send(proposal);
    const [first, again] = [await ask().expect(201), await ask().expect(201)];
    expect(again.body).toEqual(first.body);
    const { resolutionId } = first.body;
    const approve = (caller: typeof maker) =>
      post(`break-resolutions/${resolutionId}/approve`, { breaksSha256 }, caller);
    await post('break-resolutions', proposal, operator).expect(403);
    await approve(operator).expect(403);
    const asked = await get(`break-resolutions/${resolutionId}`, checker).expect(200);
    expect(asked.body).toMatchObject({
      items: [{ breakId, bookedMinor: 1_000 }],
      entries: preview.body.entries,
    });
    expect((await approve(maker).expect(403)).body.code).toBe('resolution_by_maker');
    const waiting = await get('break-resolutions').expect(200);
    expect(waiting.body.items.map((one: { resolutionId: string }) => one.resolutionId)).toContain(
      resolutionId,
    );
    expect((await approve(checker).expect(200)).body).toMatchObject({
      state: 'applied',
      checker: FINANCE[1],
    });
    expect((await approve(checker).expect(409)).body.code).toBe('resolution_decided');
    const reopened = await post(`breaks/${breakId}/reopen`, { reason: '银行更正' }, checker).expect(200);
    expect(reopened.body).toMatchObject({ state: 'open', suspenseMinor: 1_000 });
  });

  it('rejects, withdraws, and resolves what a filter finds at once', async () => {
    const other = await desk.addSource('channel');
    const ids = [];
    for (let at = 0; at < 3; at++)
      ids.push(await desk.addBreak(other, 'bankOnly', [{ side: 'theirs', amountMinor: 100 + at }]));
    const preview = await post('break-resolutions/preview', {
      filter: { sourceId: other },
      kind: 'adjust',
      account: 'refundsPayable',
    }).expect(200);
    expect(preview.body.breakIds.sort()).toEqual([...ids].sort());
    await post('break-resolutions/preview', { kind: 'writeOff' }).expect(422);
    const { breakIds, breaksSha256 } = preview.body;
    const proposal = { breakIds, breaksSha256, kind: 'adjust', account: 'refundsPayable', reason: '待认领' };
    const propose = async () => (await post('break-resolutions', proposal).expect(201)).body.resolutionId;
    await post(`break-resolutions/${await propose()}/reject`, { reason: '再查查' }, checker).expect(200);
    await post(`break-resolutions/${await propose()}/withdraw`, { reason: '再查查' }).expect(200);
    await post(`break-resolutions/${await propose()}/approve`, { breaksSha256 }, checker).expect(200);
    expect(await desk.balance(`refunds_payable/${other}`)).toBe(303);
  });

  it('assigns, comments, splits, and keeps files', async () => {
    const breakId = await desk.addBreak(bank, 'splitIncomplete', [
      { side: 'theirs', amountMinor: 400 },
      { side: 'theirs', amountMinor: 700 },
    ]);
    await post('break-assignments', { breakIds: [breakId], owner: FINANCE[1] }).expect(200);
    const commented = await post(`breaks/${breakId}/comments`, { text: '已联系银行' }).expect(200);
    expect(commented.body).toMatchObject({ owner: FINANCE[1], events: [{}, { reason: '已联系银行' }] });
    const [row] = commented.body.rows;
    const rows = [{ statementId: row.statementId, rowNo: row.rowNo }];
    const part = await post(`breaks/${breakId}/split`, { rows, reason: '两件事' }).expect(201);
    expect(part.body.rows).toMatchObject(rows);
    const upload = (bytes: Buffer) =>
      api
        .post(`${BASE}/breaks/${breakId}/evidence?fileName=${encodeURIComponent('回单.pdf')}`)
        .set(commandOf(maker))
        .set('content-type', 'application/octet-stream')
        .send(bytes);
    await upload(Buffer.from([0, 1, 2])).expect(415);
    const { body } = await upload(Buffer.from('%PDF-1.7 x')).expect(201);
    const kept = await get(`breaks/${breakId}/evidence/${body.evidenceId}`).expect(200);
    expect(kept.headers['content-disposition']).toContain('attachment');
    expect(kept.headers['content-type']).toContain('application/octet-stream');
  });
});
