import { readChinaTimestamp } from '../../src/kernel/china-time.ts';
import { type Clock, systemClock } from '../../src/kernel/clock.ts';
import { readFixed } from '../../src/kernel/fixed-width.ts';
import type { ServedCall } from '../support/agency-conduct.ts';
import { answerControl } from '../support/agency-control.ts';
import { sendJson, startSandboxServer, untilGone, waitMs } from '../support/http-server.ts';
import { SeenNonces } from '../support/seen-nonces.ts';
import { SocialSecurityBureau } from './bureau.ts';
import {
  type BureauChannel,
  type BureauOperation,
  type BureauRequest,
  frame,
  LAYOUTS,
  messageBytes,
  OPERATIONS,
  type ReturnCode,
  readCounted,
  readRequest,
  writeReply,
} from './messages.ts';
import { startTcpServer, type TcpCall } from './tcp-server.ts';

export interface SocialSecurityBureauOptions {
  /** Where messages come in, on 127.0.0.1; 0 is any free one. */
  port: number;
  /** Where its control is served over HTTP; 0 is any free one. */
  controlPort: number;
  /** Where its books are kept. */
  dataDir: string;
  channel: BureauChannel;
  /** For `/control`, in the header `X-Control-Token`. */
  controlToken: string;
  /** Real time, for messages and as the base of the bureau's own clock. */
  clock?: Clock;
}

export interface RunningSocialSecurityBureau {
  /** Of the control. */
  url: string;
  /** Where messages come in. */
  tcpPort: number;
  /** What `/control` does, for tests in the same process. */
  bureau: SocialSecurityBureau;
  /** Refuses messages until `comeUp`. */
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
  stop(): Promise<void>;
}

const SLOW_MS = 3_000;
const MESSAGE_WINDOW_MS = 5 * 60_000;
const MAX_REQUEST_BYTES = 64 * 1024;

/** Starts the bureau's system: length-headed messages over TCP, and its control under `/control` over HTTP. */
export async function startSocialSecurityBureau(
  options: SocialSecurityBureauOptions,
): Promise<RunningSocialSecurityBureau> {
  const { channel, controlToken, clock = systemClock } = options;
  const bureau = await SocialSecurityBureau.open(options.dataDir, clock);
  const desk = new Desk(bureau, channel, clock);
  const framing = { messageBytes, maxBytes: MAX_REQUEST_BYTES };
  const messages = await startTcpServer(options.port, framing, (call) => desk.serve(call));
  let comeBack: NodeJS.Timeout | undefined;
  const goDownFor = (downMs: number) => {
    void messages.goDown();
    comeBack = setTimeout(() => void messages.comeUp(), downMs);
  };
  const control = await startSandboxServer(options.controlPort, async (request, response) => {
    if (!request.path.startsWith('/control/')) return sendJson(response, 404, { error: 'no such service' });
    await answerControl(bureau, { controlToken, goDownFor }, request, response);
  });
  return {
    url: control.url,
    tcpPort: messages.port,
    bureau,
    goDown: messages.goDown,
    comeUp: messages.comeUp,
    async stop() {
      clearTimeout(comeBack);
      await Promise.all([messages.goDown(), control.stop()]);
      await bureau.close();
    },
  };
}

/** Where messages are received: authentic, fresh ones are carried out, and faults befall the answers. */
class Desk {
  private readonly bureau: SocialSecurityBureau;
  private readonly channel: BureauChannel;
  private readonly clock: Clock;
  private readonly traces: SeenNonces;

  constructor(bureau: SocialSecurityBureau, channel: BureauChannel, clock: Clock) {
    this.bureau = bureau;
    this.channel = channel;
    this.clock = clock;
    this.traces = new SeenNonces(clock, MESSAGE_WINDOW_MS);
  }

  async serve(call: TcpCall): Promise<void> {
    const read = readRequest(this.channel, call.message);
    if (!read) return call.drop();
    const { request } = read;
    const answer = (returnCode: string, body?: Uint8Array, isForged = false) =>
      call.answer(
        writeReply(
          this.channel,
          request,
          { returnCode, ...(body ? { body } : {}) },
          this.clock.nowMs(),
          isForged,
        ),
      );
    const refusal = read.refusal ?? this.refusalOf(request);
    if (refusal) return answer(refusal);
    const operation = OPERATIONS[request.code as keyof typeof OPERATIONS];
    const strike = this.bureau.conduct.strike(servedCall(operation, request.body));
    const fault = strike?.fault ?? null;
    if (fault === 'reset') return call.drop();
    if (fault === 'timeoutBeforePosting') return untilGone(call.signal);
    if (fault === 'slow') await waitMs(strike?.delayMs ?? SLOW_MS, call.signal);
    const reply = await this.bureau.perform(operation, request.body, this.channel, fault);
    if (fault === 'timeoutAfterPosting') return untilGone(call.signal);
    // What a gateway that speaks another code page would make of an answer.
    if (fault === 'badJson') return call.answer(frame(Buffer.from('<html><h1>502 Bad Gateway</h1></html>')));
    answer(fault === 'unknownCode' ? '7788' : reply.returnCode, reply.body, fault === 'wrongSignature');
  }

  private refusalOf({ code, trace, time }: BureauRequest): ReturnCode | null {
    const sentAtMs = readChinaTimestamp(time);
    if (sentAtMs === undefined || !this.traces.isFresh(sentAtMs)) return '9002';
    if (!/^[\w-]{8,32}$/.test(trace)) return '9004';
    if (this.traces.isReplayed(trace)) return '9003';
    return Object.hasOwn(OPERATIONS, code) ? null : '9005';
  }
}

/** What a fault is chosen by. */
function servedCall(operation: BureauOperation, body: Uint8Array): ServedCall {
  if (operation === 'queryBills') {
    return { operation, accountNo: readFixed(LAYOUTS.query, body)?.identityNumber };
  }
  if (operation !== 'pay') return { operation };
  const record = readCounted(LAYOUTS.pay, LAYOUTS.payItem, body)?.record;
  return { operation, accountNo: record?.identityNumber, reference: record?.reference };
}
