import { type RequestHandler, Router } from 'express';
import { jsonAnswer, sendAnswer } from './answer.ts';
import { notesOf } from './observe.ts';

/** Whether a bill can really be paid here and now, and by what that was judged. */
export interface ReadyReport {
  ready: boolean;
  checks: Readonly<Record<string, ReadyCheck>>;
}

export interface ReadyCheck {
  ok: boolean;
  /** What is wrong and how to mend it; no secrets, it is public. */
  detail?: string;
  durationMs?: number;
}

/** `/livez`: the process answers. `/readyz`: what it depends on does too; 503 with the same report when not. */
export function healthRouter(readiness: () => Promise<ReadyReport>): Router {
  const router = Router();
  const note: RequestHandler = (request, response, next) => {
    notesOf(response).route = request.path;
    next();
  };
  router.get('/livez', note, (_request, response) => sendAnswer(response, jsonAnswer(200, { status: 'ok' })));
  router.get('/readyz', note, async (_request, response) => {
    const report = await readiness();
    sendAnswer(response, jsonAnswer(report.ready ? 200 : 503, report));
  });
  return router;
}
