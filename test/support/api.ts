import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import supertest, { type Response, type Test } from 'supertest';
import type { HttpApp } from '../../src/http/app.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
interface Operation {
  method: Method;
  path: string;
  matches: RegExp;
  responses: Record<string, { content?: Record<string, { schema?: object }> }>;
}

/** What is documented is what is sent: throws when a response of the API is not as its OpenAPI document says. */
export function responseCheck(openApi: object): (method: Method, url: string, response: Response) => void {
  const ajv = new Ajv2020({ strict: false, unicodeRegExp: false, allErrors: true });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addSchema(openApi, 'openapi');
  const operations = operationsOf(openApi);
  return (method, url, response) => {
    const path = url.replace(/[?#].*$/, '');
    const operation = operations.find((item) => item.method === method && item.matches.test(path));
    const type = (response.headers['content-type'] ?? '').replace(/;.*$/, '');
    const called = `${method.toUpperCase()} ${operation?.path ?? path} answered ${response.status} ${type}`;
    if (!operation) {
      if (type !== 'application/problem+json') throw new Error(`${called}, which is not documented`);
      return;
    }
    const status = operation.responses[String(response.status)] ? String(response.status) : 'default';
    const content = operation.responses[status]?.content;
    const isEmpty =
      (response.headers['content-length'] ?? '0') === '0' && !response.headers['transfer-encoding'];
    if (!content && isEmpty) return;
    const documented = content?.[type];
    if (!documented) throw new Error(`${called}, which is not documented`);
    if (!documented.schema || !type.endsWith('json')) return;
    const steps = ['paths', operation.path, method, 'responses', status, 'content', type, 'schema'];
    const validate = ajv.compile({ $ref: `openapi#${steps.map((step) => `/${escaped(step)}`).join('')}` });
    if (!validate(response.body)) throw new Error(`${called}: ${ajv.errorsText(validate.errors)}`);
  };
}

/** JSON pointer in a URI fragment. */
function escaped(step: string): string {
  return encodeURIComponent(step.replace(/~/g, '~0').replace(/\//g, '~1'));
}

function operationsOf(openApi: object): Operation[] {
  const { paths } = openApi as { paths: Record<string, Record<Method, Operation>> };
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({
      method: method as Method,
      path,
      matches: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
      responses,
    })),
  );
  // Fixed steps win over parameters, as in OpenAPI.
  return all.sort((a, b) => a.path.split('{').length - b.path.split('{').length);
}

export type CheckedApi = Record<Method, (url: string) => Test>;

/**
 * supertest with a cookie jar, where every response is checked against the OpenAPI document. `app` is an app, or the
 * address of a server that runs.
 */
export function checkedApi(app: HttpApp | string, openApi: object): CheckedApi {
  const check = responseCheck(openApi);
  const agent = supertest.agent(typeof app === 'string' ? app : app.express);
  const call = (method: Method) => (url: string) =>
    agent[method](url).expect((response: Response) => check(method, url, response));
  return {
    get: call('get'),
    post: call('post'),
    put: call('put'),
    patch: call('patch'),
    delete: call('delete'),
  };
}
