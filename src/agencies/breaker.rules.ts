/**
 * When to stop calling a connection that does not answer, and how to find out that it does again. Pure: what came of the calls goes in,
 * whether the next one may go out comes out. Nothing here ever turns into an answer about a payment: a call that is held
 * back was not sent, and that is all that is said of it.
 */

/**
 * What a call would do. A question (about a payment by our reference) changes nothing and is what people wait for; a look (bills,
 * plans, a statement) changes nothing either; an instruction that meets a dead connection leaves one more unknown behind.
 */
export type CallClass = 'question' | 'look' | 'instruction';

interface Slice {
  startMs: number;
  calls: number;
  failures: number;
}

export type BreakerState =
  | { kind: 'closed'; consecutiveFailures: number; slices: readonly Slice[] }
  | {
      kind: 'open';
      /** When the first probe may go out. */
      probeFromMs: number;
      /** How often in a row it has opened without having been closed. */
      openings: number;
      /** When the probe under way went out; null when there is none. */
      probingSinceMs: number | null;
      /** Probes in a row that were answered. */
      answered: number;
    };

export const CLOSED: BreakerState = { kind: 'closed', consecutiveFailures: 0, slices: [] };

const SLICE_MS = 3_000;
const WINDOW_MS = 30_000;
/** One after the other, whatever time lies between: a slow trickle of time-outs opens it too. */
const CONSECUTIVE_TO_OPEN = 8;
/** Fewer calls than these say nothing about a share. */
const CALLS_TO_JUDGE = 20;
const FAILED_SHARE_TO_OPEN = 0.5;
const FIRST_OPENING_MS = 2_000;
const LONGEST_OPENING_MS = 30_000;
const PROBES_TO_CLOSE = 2;
/** A probe that has not come back by then is forgotten: no call lasts longer than its time-out, which is at most a minute. */
const PROBE_LOST_MS = 90_000;
const PROBE_UNDER_WAY_MS = 1_000;

/** Questions go first; where nobody has one, a look follows, and only where nothing else comes, an instruction. */
const PROBE_DELAY_MS: Readonly<Record<CallClass, number>> = { question: 0, look: 1_000, instruction: 5_000 };

export type Admission =
  | { kind: 'through' }
  /** This call finds out whether the other side answers again. */
  | { kind: 'probe' }
  | { kind: 'heldBack'; retryAtMs: number };

/** Whether a call may go out now; a `probe` is under way from here on, until `afterCall` or `afterNoCall`. */
export function admit(
  state: BreakerState,
  callClass: CallClass,
  nowMs: number,
): { admission: Admission; state: BreakerState } {
  if (state.kind === 'closed') return { admission: { kind: 'through' }, state };
  const isProbing = state.probingSinceMs !== null && nowMs - state.probingSinceMs < PROBE_LOST_MS;
  // Once a probe was answered, whoever comes next is the next probe.
  const fromMs = state.probeFromMs + (state.answered > 0 ? 0 : PROBE_DELAY_MS[callClass]);
  if (isProbing || nowMs < fromMs) {
    const retryAtMs = isProbing ? Math.max(fromMs, nowMs + PROBE_UNDER_WAY_MS) : fromMs;
    return { admission: { kind: 'heldBack', retryAtMs }, state };
  }
  return { admission: { kind: 'probe' }, state: { ...state, probingSinceMs: nowMs } };
}

/** What follows from a call that went out. `random` in [0, 1) spreads the probes of many processes. */
export function afterCall(
  state: BreakerState,
  call: { isProbe: boolean; hasFailed: boolean },
  nowMs: number,
  random: number,
): BreakerState {
  if (state.kind === 'closed') return counted(state, call.hasFailed, nowMs, random);
  // It went out before the breaker opened, and says nothing new.
  if (!call.isProbe) return state;
  if (call.hasFailed) return opened(state.openings + 1, nowMs, random);
  const answered = state.answered + 1;
  return answered >= PROBES_TO_CLOSE ? CLOSED : { ...state, answered, probingSinceMs: null };
}

/** What follows from a probe that never went out, such as when every slot was taken: another one may. */
export function afterNoCall(state: BreakerState): BreakerState {
  return state.kind === 'open' ? { ...state, probingSinceMs: null } : state;
}

function counted(
  state: BreakerState & { kind: 'closed' },
  hasFailed: boolean,
  nowMs: number,
  random: number,
): BreakerState {
  const consecutiveFailures = hasFailed ? state.consecutiveFailures + 1 : 0;
  const slices = withCall(state.slices, hasFailed, nowMs);
  const calls = slices.reduce((sum, slice) => sum + slice.calls, 0);
  const failures = slices.reduce((sum, slice) => sum + slice.failures, 0);
  const mostFail = calls >= CALLS_TO_JUDGE && failures >= calls * FAILED_SHARE_TO_OPEN;
  // An answer never opens it, whatever the share was before.
  if (hasFailed && (consecutiveFailures >= CONSECUTIVE_TO_OPEN || mostFail)) return opened(1, nowMs, random);
  return { kind: 'closed', consecutiveFailures, slices };
}

function withCall(slices: readonly Slice[], hasFailed: boolean, nowMs: number): Slice[] {
  const startMs = Math.floor(nowMs / SLICE_MS) * SLICE_MS;
  // A clock that was set back leaves no slice of the future behind.
  const recent = slices.filter((slice) => nowMs - slice.startMs < WINDOW_MS && slice.startMs <= startMs);
  const last = recent.at(-1);
  const [earlier, current] =
    last?.startMs === startMs ? [recent.slice(0, -1), last] : [recent, { startMs, calls: 0, failures: 0 }];
  return [
    ...earlier,
    { startMs, calls: current.calls + 1, failures: current.failures + (hasFailed ? 1 : 0) },
  ];
}

function opened(openings: number, nowMs: number, random: number): BreakerState {
  const openingMs = Math.min(LONGEST_OPENING_MS, FIRST_OPENING_MS * 2 ** Math.min(openings - 1, 20));
  const probeFromMs = nowMs + Math.round(openingMs * (0.8 + 0.4 * random));
  return { kind: 'open', probeFromMs, openings, probingSinceMs: null, answered: 0 };
}

/** What no agency says on purpose: nobody was there, or what came back was not theirs. */
const FAILURES: ReadonlySet<unknown> = new Set([
  'agency_down',
  'channel_down',
  'no_answer',
  'answer_not_understood',
  'answer_not_authentic',
  'too_busy',
]);
const WITHOUT_ANSWER: ReadonlySet<unknown> = new Set(['unavailable', 'unknown', 'notAttempted']);

/** Whether an outcome says that the connection did not work. A definite answer, yes or no, says that it did. */
export function isFailure(outcome: unknown): boolean {
  const { kind, reason } = (outcome ?? {}) as { kind?: unknown; reason?: { code?: unknown } };
  return WITHOUT_ANSWER.has(kind) && FAILURES.has(reason?.code);
}

/** What an operation of a provider or a channel would do. */
export function classOf(operation: string): CallClass {
  if (QUESTIONS.has(operation)) return 'question';
  return INSTRUCTIONS.has(operation) ? 'instruction' : 'look';
}

const QUESTIONS: ReadonlySet<string> = new Set(['queryPayment', 'queryDebit', 'queryRefund']);
const INSTRUCTIONS: ReadonlySet<string> = new Set(['pay', 'debit', 'reverse', 'refund', 'exportAdvice']);
