import supertest from 'supertest';
import { cookieOf, frameWith, PUBLIC_URL, someCaller } from '../../test/support/http-app.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { QueueFactory, type QueueHandle } from '../infra/queue/index.ts';
import { bullBoardRouter } from './bull-board.ts';

const operator = someCaller('operator');
const finance = someCaller('finance');

describeOnBothStacks('the queues’ page', (stack) => {
  let handle: QueueHandle<{ taskIds: string[] }>;
  let agent: ReturnType<typeof supertest>;
  beforeAll(async () => {
    handle = new QueueFactory(stack().queue, () => {}).openQueue('test-tasks');
    await handle.queue.waitUntilReady();
    const { app } = frameWith([], [operator, finance], { queuesPage: bullBoardRouter([handle.queue]) });
    agent = supertest(app.express);
  });
  afterAll(() => handle.close());

  const pause = (headers: Record<string, string>) =>
    agent.put('/ops/queues/api/queues/test-tasks/pause').set({ cookie: cookieOf(operator), ...headers });

  it('is an operator’s only', async () => {
    const nobody = await agent.get('/ops/queues/').set('accept', 'text/html').expect(303);
    expect(nobody.headers.location).toBe('/staff/sign-in');
    await agent.get('/ops/queues/api/queues').expect(401);
    await agent.get('/ops/queues/api/queues').set('cookie', cookieOf(finance)).expect(403);
    await agent.get('/ops/queues/static/js/main.js').expect(401);
  });

  it('shows the queues', async () => {
    await handle.add({ taskIds: ['tsk_1'] });
    const cookie = cookieOf(operator);
    const page = await agent.get('/ops/queues').set('cookie', cookie).expect(200);
    expect(page.headers['content-security-policy']).toContain("script-src 'self';");
    const script = /src="(static\/js\/main[^"]+)"/.exec(page.text)?.[1];
    await agent.get(`/ops/queues/${script}`).set('cookie', cookie).expect(200);
    const { body } = await agent.get('/ops/queues/api/queues').set('cookie', cookie).expect(200);
    expect(body.queues).toMatchObject([{ name: 'test-tasks', counts: { waiting: 1 } }]);
  });

  it('takes commands from our own pages only', async () => {
    expect((await pause({}).expect(403)).body.code).toBe('cross_site_request');
    await pause({ origin: 'https://evil.example' }).expect(403);
    await pause({ 'sec-fetch-site': 'same-site' }).expect(403);
    expect(await handle.queue.isPaused()).toBe(false);
    await pause({ 'sec-fetch-site': 'same-origin', origin: PUBLIC_URL }).expect(200);
    expect(await handle.queue.isPaused()).toBe(true);
  });
});
