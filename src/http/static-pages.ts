import path from 'node:path';
import compression from 'compression';
import express, { type RequestHandler, Router } from 'express';
import { notesOf } from './observe.ts';

/** Paths that are never a page of the web app: what is unknown there is a problem, not the home page. */
const NOT_A_PAGE = /^\/(v1|ops|docs|assets)(\/|$)|\.[a-z0-9]+$/i;

/**
 * The web app: files under `/assets/` carry a hash in their name and are kept for good; any other address that a browser opens is
 * the app's own to show, so it gets `index.html`, asked for anew each time.
 */
export function staticPages(directory: string): Router {
  const router = Router();
  const note: RequestHandler = (_request, response, next) => {
    notesOf(response).route = 'static';
    next();
  };
  const compress = compression();
  router.use(
    '/assets',
    note,
    compress,
    express.static(path.join(directory, 'assets'), {
      index: false,
      immutable: true,
      maxAge: '1y',
      etag: true,
    }),
  );
  router.use(note, compress, express.static(directory, { index: false, redirect: false }));
  router.get('/{*path}', (request, response, next) => {
    if (NOT_A_PAGE.test(request.path) || !request.accepts('html')) {
      notesOf(response).route = 'unmatched';
      return next();
    }
    response.setHeader('cache-control', 'no-cache');
    response.sendFile('index.html', { root: directory, cacheControl: false });
  });
  return router;
}
