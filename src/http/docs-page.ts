import { createRequire } from 'node:module';
import path from 'node:path';
import { type RequestHandler, type Response, Router } from 'express';
import { notesOf } from './observe.ts';

const SWAGGER_FILES = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const SERVED = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** A page of our own around Swagger UI: nothing from elsewhere, no script inside the page. */
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>civicpay API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="docs"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/initializer.js"></script>
  </body>
</html>
`;

/** Commands that are tried from the page carry the session's CSRF token and a fresh Idempotency-Key, as the web app's do. */
const INITIALIZER = `const session = fetch('/v1/session').then((answer) => answer.json()).catch(() => ({}));
SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  validatorUrl: null,
  requestInterceptor: async (request) => {
    const method = (request.method || 'GET').toUpperCase();
    if (method === 'GET' || method === 'HEAD') return request;
    const { csrfToken } = await session;
    if (csrfToken) request.headers['X-CSRF-Token'] = csrfToken;
    request.headers['Idempotency-Key'] ||= crypto.randomUUID();
    return request;
  },
});
`;

/** `/docs` to read and try the API, `/openapi.json` to generate clients from. */
export function docsRouter(openApiDocument: () => object): Router {
  const router = Router();
  let document: string | undefined;
  const note: RequestHandler = (_request, response, next) => {
    notesOf(response).route = 'docs';
    next();
  };
  const send = (response: Response, type: string, text: string) =>
    response.set('cache-control', 'no-cache').type(type).send(text);
  router.get('/openapi.json', note, (_request, response) => {
    document ??= JSON.stringify(openApiDocument());
    send(response, 'application/json', document);
  });
  router.get('/docs', note, (_request, response) => send(response, 'html', PAGE));
  router.get('/docs/initializer.js', note, (_request, response) => send(response, 'js', INITIALIZER));
  for (const file of SERVED) {
    router.get(`/docs/${file}`, note, (_request, response) =>
      response.sendFile(file, { root: SWAGGER_FILES, maxAge: '1d' }),
    );
  }
  return router;
}
