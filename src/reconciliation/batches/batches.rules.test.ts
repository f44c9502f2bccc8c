import fc from 'fast-check';
import { businessDateOf, dateEndMs } from '../../kernel/business-date.ts';
import { DomainError } from '../../kernel/errors.ts';
import {
  BATCH_COMMANDS,
  changeAfter,
  changeAfterFailure,
  changeByCommand,
  changeToMatchAgain,
  commandsFor,
  lookAgainAtMs,
  type StepOutcome,
} from './batches.rules.ts';
import { BATCH_PHASES, BATCH_STATES, type Batch } from './batches.types.ts';

const NOW_MS = Date.parse('2026-03-02T02:00:00Z');
const MINUTE_MS = 60_000;

const batches = fc.record<Batch>({
  sourceId: fc.constant('bank'),
  businessDate: fc.constant('2026-03-01'),
  phase: fc.constantFrom(...BATCH_PHASES),
  state: fc.constantFrom(...BATCH_STATES),
  fence: fc.nat(100),
  claimedUntilMs: fc.constant(0),
  dueAtMs: fc.integer({ min: NOW_MS - MINUTE_MS, max: NOW_MS + MINUTE_MS }),
  attempts: fc.nat(20),
  oursId: fc.constant(null),
  theirsId: fc.constant(null),
  runId: fc.constant(null),
  progress: fc.constant(null),
  problem: fc.option(
    fc.constantFrom('file_not_ready', 'batch_step_failed').map((code) => ({ code, params: {} })),
  ),
  updatedAtMs: fc.constant(NOW_MS),
});
const first: Batch = {
  ...(fc.sample(batches, { numRuns: 1, seed: 1 })[0] as Batch),
  phase: 'fetch',
  state: 'running',
  attempts: 0,
  problem: null,
};

describe('what becomes of a batch', () => {
  it('after phases that are carried out is the next phase, and done after the last', () => {
    const seen: string[] = [];
    let batch = first;
    while (batch.state !== 'done') {
      seen.push(batch.phase);
      batch = { ...batch, ...changeAfter(batch, { kind: 'next' }, NOW_MS) };
    }
    expect(seen).toEqual([...BATCH_PHASES]);
  });

  it('is done only after the last phase, whatever comes of the others', () => {
    const outcomes = fc.oneof(
      fc.constant<StepOutcome>({ kind: 'next' }),
      fc
        .constantFrom('fetch' as const, 'gate' as const)
        .map((phase): StepOutcome => ({ kind: 'later', atMs: NOW_MS + 5, phase, problem: null })),
      fc.constant<StepOutcome>({ kind: 'stop', problem: { code: 'statement_stopped', params: {} } }),
    );
    fc.assert(
      fc.property(batches, outcomes, (batch, outcome) => {
        const change = changeAfter(batch, outcome, NOW_MS);
        expect(change.state === 'done').toBe(outcome.kind === 'next' && batch.phase === 'settle');
        // What goes well has no failures behind it; what is tried again has one more.
        expect(change.attempts).toBe(outcome.kind === 'later' ? batch.attempts + 1 : 0);
        expect(change.state === 'stopped').toBe(outcome.kind === 'stop');
      }),
    );
  });

  it('is what it was when nothing has come of it', () => {
    fc.assert(
      fc.property(batches, fc.constantFrom(...BATCH_STATES), (batch, state) => {
        const { phase, dueAtMs, attempts, problem } = batch;
        expect(changeAfter(batch, { kind: 'nothing', state }, NOW_MS)).toEqual({
          phase,
          state,
          dueAtMs,
          attempts,
          problem,
        });
      }),
    );
  });

  it('that keeps failing waits twice as long each time, and is left to a person in the end', () => {
    let batch = first;
    const waits: number[] = [];
    while (batch.state !== 'failed') {
      batch = { ...batch, ...changeAfterFailure(batch, new TypeError('户名 张三'), NOW_MS) };
      waits.push(batch.dueAtMs - NOW_MS);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32].map((seconds) => seconds * 1_000));
    // What an error says may be anybody's name.
    expect(batch.problem).toEqual({ code: 'batch_step_failed', params: { error: 'TypeError' } });
    const refused = changeAfterFailure(first, new DomainError('conflict', 'connection_not_found'), NOW_MS);
    expect(refused.problem?.params).toEqual({ error: 'connection_not_found' });
  });

  it('has failed for the first time again after something went well', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        const after = { ...batch, ...changeAfter(batch, { kind: 'next' }, NOW_MS) };
        expect(changeAfterFailure(after, new Error('x'), NOW_MS)).toMatchObject({
          state: 'waiting',
          attempts: 1,
        });
      }),
    );
  });

  it('by a command is refused exactly where the command is not offered', () => {
    fc.assert(
      fc.property(batches, fc.constantFrom(...BATCH_COMMANDS), (batch, command) => {
        const tried = () => changeByCommand(batch, command, NOW_MS);
        if (!commandsFor(batch.state).includes(command)) {
          expect(tried).toThrow(expect.objectContaining({ code: 'batch_state_wrong' }));
          return;
        }
        const change = tried();
        // Only a run begins anew; a command never skips or repeats another phase.
        expect(change.phase).toBe(command === 'run' ? 'fetch' : batch.phase);
        expect(change.state).toBe({ pause: 'paused', cancel: 'cancelled' }[command as string] ?? 'waiting');
      }),
    );
  });

  it('can always be run, paused or resumed: nothing is a dead end', () => {
    for (const state of BATCH_STATES) expect(commandsFor(state)).not.toEqual([]);
  });

  it('whose books have changed is back at the gates, unless it has yet to pass them or a person has the word', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        const isMatched = ['resolve', 'report', 'settle'].includes(batch.phase);
        const mayGoBack = batch.state === 'done' || (batch.state === 'waiting' && isMatched);
        const change = changeToMatchAgain(batch, NOW_MS);
        if (mayGoBack) expect(change).toMatchObject({ phase: 'gate', state: 'waiting', dueAtMs: NOW_MS });
        else expect(change).toBeNull();
      }),
    );
  });
});

describe('times of a batch', () => {
  it('are the end of its date by its own cut-off', () => {
    const cutOffs = fc.record({
      timeZone: fc.constantFrom('Asia/Shanghai', 'UTC', 'America/New_York'),
      cutOff: fc.constantFrom('00:00', '02:00', '17:30', '22:00', '23:00'),
    });
    const dates = fc.integer({ min: 0, max: 700 }).map((days) => {
      const day = new Date(Date.parse('2025-01-01T00:00:00Z') + days * 86_400_000);
      return day.toISOString().slice(0, 10);
    });
    fc.assert(
      fc.property(dates, cutOffs, (date, cutOff) => {
        const endMs = dateEndMs(date, cutOff);
        expect(businessDateOf(endMs - 1, cutOff)).toBe(date);
        expect(businessDateOf(endMs, cutOff) > date).toBe(true);
      }),
    );
  });

  it('of asking again lie between a minute and half an hour ahead, and grow while nothing is said', () => {
    const available = fc.option(fc.integer({ min: NOW_MS - 86_400_000, max: NOW_MS + 86_400_000 }), {
      nil: undefined,
    });
    fc.assert(
      fc.property(fc.nat(1_000), available, (attempts, availableAtMs) => {
        const atMs = lookAgainAtMs(attempts, availableAtMs, NOW_MS);
        expect(atMs).toBeGreaterThanOrEqual(NOW_MS + MINUTE_MS);
        expect(atMs).toBeLessThanOrEqual(NOW_MS + 30 * MINUTE_MS);
        expect(lookAgainAtMs(attempts + 1, undefined, NOW_MS)).toBeGreaterThanOrEqual(
          lookAgainAtMs(attempts, undefined, NOW_MS),
        );
        // A file that will be there in some minutes is asked for then.
        if (
          availableAtMs !== undefined &&
          availableAtMs > NOW_MS + MINUTE_MS &&
          availableAtMs < NOW_MS + 30 * MINUTE_MS
        )
          expect(atMs).toBe(availableAtMs);
      }),
    );
  });
});
