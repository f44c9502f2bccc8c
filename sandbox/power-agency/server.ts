import { timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { chinaTimestamp } from '../../src/kernel/china-time.ts';
import { type Clock, systemClock } from '../../src/kernel/clock.ts';
import {
  type SandboxRequest,
  type SandboxServer,
  send,
  sendJson,
  startSandboxServer,
  untilGone,
  waitMs,
} from '../support/http-server.ts';
import { type AgencyOperation, PowerAgency } from './agency.ts';
import { control } from './control.ts';
import { Gatekeeper, type Merchant, RETURN_CODES, type Reply, sign } from './protocol.ts';

export interface PowerAgencyOptions {
  /** On 127.0.0.1; 0 is any free one. */
  port: number;
  /** Where its books are kept. */
  dataDir: string;
  merchant: Merchant;
  /** For `/control`, in the header `X-Control-Token`. */
  controlToken: string;
  /** Real time, for signatures and as the base of the agency's own clock. */
  clock?: Clock;
}

export interface RunningPowerAgency {
  url: string;
  /** What `/control` does, for tests in the same process. */
  agency: PowerAgency;
  /** Refuses connections until `comeUp`. */
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
  stop(): Promise<void>;
}

const PATHS: Readonly<Record<string, AgencyOperation>> = {
  '/api/qryArrears': 'queryArrears',
  '/api/chargePay': 'pay',
  '/api/qryCharge': 'queryPayment',
  '/api/dailyFile': 'dailyFile',
  '/api/health': 'health',
};
const SLOW_MS = 3_000;

/** Starts the power company's system: its API under `/api`, its control under `/control`. */
export async function startPowerAgency(options: PowerAgencyOptions): Promise<RunningPowerAgency> {
  const clock = options.clock ?? systemClock;
  const agency = await PowerAgency.open(options.dataDir, clock);
  const gatekeeper = new Gatekeeper(options.merchant, clock);
  let comeBack: NodeJS.Timeout | undefined;
  const server: SandboxServer = await startSandboxServer(options.port, async (request, response) => {
    if (request.path.startsWith('/control/')) return answerControl(request, response);
    const operation = request.method === 'POST' ? PATHS[request.path] : undefined;
    if (!operation) return sendJson(response, 404, { error: 'no such service' });
    await new Call(agency, options.merchant, clock, request, response).answer(operation, gatekeeper);
  });

  async function answerControl(request: SandboxRequest, response: ServerResponse): Promise<void> {
    if (!isSameSecret(request.headers['x-control-token'] ?? '', options.controlToken)) {
      return sendJson(response, 403, { error: 'control token' });
    }
    const body = request.body.length === 0 ? {} : readJson(request.body);
    if (body === undefined) return sendJson(response, 400, { error: 'not JSON' });
    const target = {
      agency,
      goDownFor(downMs: number) {
        response.once('finish', () => void server.goDown());
        comeBack = setTimeout(() => void server.comeUp(), downMs);
      },
      log: (message: string) => process.stdout.write(`${JSON.stringify({ message })}\n`),
    };
    const command = request.path.slice('/control/'.length);
    const result = await control(target, request.method, command, request.query, body);
    sendJson(response, result.status, result.body);
  }

  return {
    url: server.url,
    agency,
    goDown: server.goDown,
    comeUp: server.comeUp,
    async stop() {
      clearTimeout(comeBack);
      await server.stop();
      await agency.close();
    },
  };
}

/** One signed call being answered. */
class Call {
  private readonly agency: PowerAgency;
  private readonly merchant: Merchant;
  private readonly clock: Clock;
  private readonly request: SandboxRequest;
  private readonly response: ServerResponse;

  constructor(
    agency: PowerAgency,
    merchant: Merchant,
    clock: Clock,
    request: SandboxRequest,
    response: ServerResponse,
  ) {
    this.agency = agency;
    this.merchant = merchant;
    this.clock = clock;
    this.request = request;
    this.response = response;
  }

  async answer(operation: AgencyOperation, gatekeeper: Gatekeeper): Promise<void> {
    const refused = gatekeeper.refusal(this.request);
    if (refused) return this.sendSigned(answerOf({ rtnCode: refused }));
    const body = readJson(this.request.body);
    if (typeof body !== 'object' || body === null) return this.sendSigned(answerOf({ rtnCode: '9004' }));
    if (operation === 'health') return this.sendSigned(answerOf({ rtnCode: '0000' }));

    const strike = this.agency.strike(operation, body);
    const fault = strike?.fault ?? null;
    if (fault === 'reset') return this.request.drop();
    if (fault === 'timeoutBeforePosting') return untilGone(this.request.signal);
    if (fault === 'slow') await waitMs(strike?.delayMs ?? SLOW_MS, this.request.signal);

    const answer =
      operation === 'dailyFile'
        ? await this.dailyFile(body)
        : answerOf(await this.agency.perform(operation, body, fault));
    if (fault === 'timeoutAfterPosting') return untilGone(this.request.signal);
    // What a broken proxy in front of the agency would say.
    if (fault === 'badJson')
      return send(this.response, 502, 'text/html', '<html><h1>502 Bad Gateway</h1></html>');
    if (fault === 'unknownCode') return this.sendSigned({ ...answer, ...UNKNOWN_CODE });
    this.sendSigned(answer, fault === 'wrongSignature');
  }

  private async dailyFile(body: object): Promise<Answer> {
    const { acctDate } = body as { acctDate?: unknown };
    const match = typeof acctDate === 'string' ? /^(\d{4})(\d\d)(\d\d)$/.exec(acctDate) : null;
    const date = match?.slice(1).join('-');
    if (!date || Number.isNaN(Date.parse(date))) return answerOf({ rtnCode: '9004' });
    const file = await this.agency.dailyFile(date, this.merchant.appId);
    if (file.kind === 'noPayments') return answerOf({ rtnCode: '4002' });
    if (file.kind === 'notYet') {
      return answerOf({ rtnCode: '4001', data: { availTime: chinaTimestamp(file.availableAtMs) } });
    }
    return {
      contentType: 'text/plain; charset=utf-8',
      body: file.content,
      headers: { 'x-file-name': file.fileName },
    };
  }

  private sendSigned({ contentType, body, headers }: Answer, isForged = false): void {
    const nonce = this.request.headers['x-nonce'] ?? '';
    const timestamp = String(this.clock.nowMs());
    const signature = sign('RSP', this.merchant, { timestamp, nonce, path: this.request.path, body });
    send(this.response, 200, contentType, body, {
      ...headers,
      'x-timestamp': timestamp,
      'x-sign': isForged ? [...signature].reverse().join('') : signature,
    });
  }
}

interface Answer {
  contentType: string;
  body: string;
  headers?: Record<string, string>;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const UNKNOWN_CODE = { contentType: JSON_TYPE, body: JSON.stringify({ rtnCode: '7788', rtnMsg: '未知' }) };

function answerOf({ rtnCode, data }: Reply): Answer {
  return {
    contentType: JSON_TYPE,
    body: JSON.stringify({ rtnCode, rtnMsg: RETURN_CODES[rtnCode], ...(data ? { data } : {}) }),
  };
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function isSameSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
