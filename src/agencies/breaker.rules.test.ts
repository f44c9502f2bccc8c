import fc from 'fast-check';
import {
  admit,
  afterCall,
  afterNoCall,
  type BreakerState,
  type CallClass,
  CLOSED,
  classOf,
  isFailure,
} from './breaker.rules.ts';

const CLASSES: readonly CallClass[] = ['question', 'look', 'instruction'];
const afterResults = (state: BreakerState, failures: readonly boolean[], atMs = 0) =>
  failures.reduce((before, hasFailed) => afterCall(before, { isProbe: false, hasFailed }, atMs, 0.5), state);
const openAt = (atMs: number) => afterResults(CLOSED, new Array(8).fill(true), atMs);

describe('the breaker', () => {
  it('opens after eight failures in a row, and not after seven', () => {
    expect(afterResults(CLOSED, new Array(7).fill(true)).kind).toBe('closed');
    expect(openAt(0).kind).toBe('open');
  });

  it('opens when half of the calls of a while fail, and not when fewer do', () => {
    const mixed = (failsOf10: number) =>
      Array.from({ length: 40 }, (_, index) => (index * failsOf10) % 10 >= 10 - failsOf10);
    expect(afterResults(CLOSED, mixed(3)).kind).toBe('closed');
    expect(afterResults(CLOSED, mixed(6)).kind).toBe('open');
  });

  it('forgets what is long ago', () => {
    const pairs = Array.from({ length: 15 }, () => [true, false]).flat();
    let state: BreakerState = CLOSED;
    for (const [index, hasFailed] of pairs.entries()) {
      state = afterCall(state, { isProbe: false, hasFailed }, index * 10_000, 0.5);
    }
    expect(state.kind).toBe('closed');
  });

  it('lets questions find out first, then looks, then instructions', () => {
    const state = openAt(0);
    const firstAtMs = (callClass: CallClass) => {
      const { admission } = admit(state, callClass, 0);
      return admission.kind === 'heldBack' ? admission.retryAtMs : 0;
    };
    expect(firstAtMs('question')).toBeLessThan(firstAtMs('look'));
    expect(firstAtMs('look')).toBeLessThan(firstAtMs('instruction'));
    for (const callClass of CLASSES) {
      expect(admit(state, callClass, firstAtMs(callClass) - 1).admission.kind).toBe('heldBack');
      expect(admit(state, callClass, firstAtMs(callClass)).admission.kind).toBe('probe');
    }
  });

  it('stays open longer each time, and at most 36 seconds', () => {
    let state = openAt(0);
    let nowMs = 0;
    const waitsMs: number[] = [];
    for (let opening = 0; opening < 10; opening++) {
      const { admission } = admit(state, 'question', nowMs);
      if (admission.kind !== 'heldBack') throw new Error('it should be open');
      waitsMs.push(admission.retryAtMs - nowMs);
      nowMs = admission.retryAtMs;
      state = afterCall(
        admit(state, 'question', nowMs).state,
        { isProbe: true, hasFailed: true },
        nowMs,
        0.5,
      );
    }
    expect(waitsMs).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000, 30_000, 30_000]);
  });

  it('lets another probe go where one never went, or was lost', () => {
    const probing = admit(openAt(0), 'question', 3_000).state;
    expect(admit(probing, 'question', 3_000).admission.kind).toBe('heldBack');
    expect(admit(afterNoCall(probing), 'question', 3_000).admission.kind).toBe('probe');
    expect(admit(probing, 'question', 93_000).admission.kind).toBe('probe');
  });

  it('keeps its promises, whatever happens', () => {
    const event = fc.record({
      waitMs: fc.integer({ min: 0, max: 40_000 }),
      callClass: fc.constantFrom(...CLASSES),
      hasFailed: fc.boolean(),
      /** Whether the call is still under way when the next event comes. */
      isSlow: fc.boolean(),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 120 }), (events) => {
        let state: BreakerState = CLOSED;
        let nowMs = 1_000_000;
        let underWay: { isProbe: boolean; hasFailed: boolean; random: number; sinceMs: number }[] = [];
        const finish = () => {
          for (const { random, sinceMs, ...call } of underWay) {
            const before = state;
            // A call never lasts longer than a minute.
            state = afterCall(state, call, Math.min(nowMs, sinceMs + 60_000), random);
            if (!call.hasFailed && before.kind === 'closed') expect(state.kind).toBe('closed');
            if (!call.isProbe && before.kind === 'open') expect(state).toBe(before);
          }
          underWay = [];
        };
        for (const { waitMs, callClass, hasFailed, isSlow, random } of events) {
          nowMs += waitMs;
          if (underWay.some(({ sinceMs }) => nowMs - sinceMs > 60_000)) finish();
          const { admission, state: next } = admit(state, callClass, nowMs);
          if (state.kind === 'closed') expect(admission.kind).toBe('through');
          else {
            expect(admission.kind).not.toBe('through');
            if (nowMs < state.probeFromMs) expect(admission.kind).toBe('heldBack');
          }
          if (admission.kind === 'heldBack') {
            expect(admission.retryAtMs).toBeGreaterThan(nowMs);
            expect(admission.retryAtMs).toBeLessThanOrEqual(nowMs + 41_000);
            continue;
          }
          const probes = underWay.filter(({ isProbe }) => isProbe).length;
          if (admission.kind === 'probe') expect(probes).toBe(0);
          state = next;
          underWay.push({ isProbe: admission.kind === 'probe', hasFailed, random, sinceMs: nowMs });
          if (!isSlow) finish();
        }
        finish();
        // Two probes that are answered close it, whatever came before.
        nowMs += 100_000;
        for (let probe = 0; probe < 2 && state.kind === 'open'; probe++) {
          const { admission, state: next } = admit(state, 'instruction', nowMs);
          expect(admission.kind).toBe('probe');
          state = afterCall(next, { isProbe: true, hasFailed: false }, nowMs, 0);
        }
        expect(state.kind).toBe('closed');
      }),
    );
  });
});

describe('a failure of the connection', () => {
  const reason = (code: string) => ({ code, source: 'network' });

  it('is not being there, not answering, or answering with what is not theirs', () => {
    for (const code of ['agency_down', 'no_answer', 'answer_not_understood', 'answer_not_authentic']) {
      expect(isFailure({ kind: 'unknown', reason: reason(code) })).toBe(true);
      expect(isFailure({ kind: 'unavailable', reason: reason(code) })).toBe(true);
    }
    expect(isFailure({ kind: 'notAttempted', reason: reason('agency_down') })).toBe(true);
  });

  it('is no definite answer, whatever it says', () => {
    const definite = [
      { kind: 'accepted' },
      { kind: 'pending' },
      { kind: 'duplicate' },
      { kind: 'due', bills: [] },
      { kind: 'nothingDue' },
      { kind: 'noSuchAccount', reason: reason('account_not_found') },
      { kind: 'closedNow', reason: reason('outside_service_hours') },
      { kind: 'rejected', reason: reason('refused_by_agency') },
      { kind: 'rejected', reason: reason('agency_down') },
      { kind: 'notAttempted', reason: reason('reference_not_known') },
      { kind: 'notAttempted', reason: reason('under_maintenance') },
      { kind: 'unavailable', reason: reason('refused_by_agency') },
    ];
    expect(definite.filter(isFailure)).toEqual([]);
  });
});

describe('the class of an operation', () => {
  it('is a question, an instruction or a look', () => {
    expect(['queryPayment', 'queryDebit', 'queryRefund'].map(classOf)).toEqual(Array(3).fill('question'));
    expect(['pay', 'debit', 'reverse', 'refund'].map(classOf)).toEqual(Array(4).fill('instruction'));
    expect(['queryBills', 'validateAccount', 'plans', 'fetchStatement'].map(classOf)).toEqual(
      Array(4).fill('look'),
    );
  });
});
