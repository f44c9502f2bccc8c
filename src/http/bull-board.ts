import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { Queue } from 'bullmq';
import { type RequestHandler, Router } from 'express';
import { mayCall } from '../accounts/index.ts';
import { DomainError } from '../kernel/errors.ts';
import type { Frame } from './endpoint.ts';
import { notesOf } from './observe.ts';
import { refuseCrossSite } from './same-site.ts';
import { sessionTokenOf } from './session-cookie.ts';

/** Where operators look at the queues. */
export const QUEUES_PATH = '/ops/queues';

/**
 * Bull Board over the queues. It guards nothing by itself: `createHttpApp` mounts it behind an operator's session and
 * refuses commands from other sites.
 */
export function bullBoardRouter(queues: readonly Queue[]): Router {
  const adapter = new ExpressAdapter();
  adapter.setBasePath(QUEUES_PATH);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue)),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'civicpay' } },
  });
  return adapter.getRouter() as Router;
}

/**
 * Puts the queues' page behind an operator's session. Its own script knows nothing of our CSRF token, so its commands must come
 * from our own pages as the browser tells it; a command that says nothing of where it comes from is refused too.
 */
export function guardedQueuesPage(page: Router, frame: Frame): Router {
  const guard: RequestHandler = async (request, response, next) => {
    notesOf(response).route = 'queues';
    const token = sessionTokenOf(request);
    const caller = token === null ? null : await frame.authenticate(token);
    const decision = mayCall('operator', caller);
    if (decision === 'no') throw new DomainError('forbidden', 'forbidden');
    if (decision === 'signIn') {
      if (request.method === 'GET' && request.accepts(['json', 'html']) === 'html')
        return response.redirect(303, '/staff/sign-in');
      throw new DomainError('unauthenticated', 'sign_in_required');
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const { origin } = request.headers;
      if (origin === undefined && request.headers['sec-fetch-site'] === undefined) {
        throw new DomainError('forbidden', 'cross_site_request');
      }
      refuseCrossSite(request, frame.publicUrl);
    }
    next();
  };
  const router = Router();
  router.use(guard, page);
  return router;
}
