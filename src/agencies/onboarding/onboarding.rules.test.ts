import fc from 'fast-check';
import type { DecisionRow } from './approvals.repo.ts';
import { stateOf } from './approvals.rules.ts';
import {
  differences,
  maskSettlementAccount,
  nextStage,
  STATUS_TRANSITIONS,
  type StageEvent,
  stageAfter,
  statusAfter,
  TRANSITIONS,
  unknownMembers,
} from './onboarding.rules.ts';
import { type Difference, STAGES, type Stage } from './onboarding.types.ts';

const EVENTS = [...new Set(Object.values(TRANSITIONS).flatMap((row) => Object.keys(row)))] as StageEvent[];
const walk = fc.array(fc.constantFrom(...EVENTS), { maxLength: 40 });

/** Where events lead from a draft; those that are impossible change nothing. */
function path(events: readonly StageEvent[]): { event: StageEvent | null; stage: Stage }[] {
  const steps: { event: StageEvent | null; stage: Stage }[] = [{ event: null, stage: 'draft' }];
  for (const event of events) {
    const next = nextStage(steps.at(-1)?.stage ?? 'draft', event);
    if (next !== null) steps.push({ event, stage: next });
  }
  return steps;
}

describe('the way of a version to being live', () => {
  it('leads to live only through a test, a submission and an approval since the last change', () => {
    fc.assert(
      fc.property(walk, (events) => {
        const steps = path(events);
        const firstLive = steps.findIndex(({ event }) => event === 'released');
        if (firstLive < 0) return;
        const before = steps.slice(0, firstLive).map(({ event }) => event);
        const sinceEdit = before.slice(before.lastIndexOf('edited') + 1);
        const order = ['connected', 'conformancePassed', 'submitted', 'approved'] as const;
        const places = order.map((event) => sinceEdit.lastIndexOf(event));
        expect(places.every((place) => place >= 0)).toBe(true);
        expect(places.slice(-2)).toEqual([...places.slice(-2)].sort((a, b) => a - b));
      }),
    );
  });

  it('goes back to a draft by every change, and is not changed under an approver’s eyes', () => {
    for (const stage of STAGES)
      expect(nextStage(stage, 'edited')).toBe(stage === 'submitted' ? null : 'draft');
  });

  it('can be walked to its end from everywhere', () => {
    for (const stage of STAGES) {
      const reached = new Set<Stage>([stage]);
      for (const from of reached) {
        for (const event of EVENTS) {
          const next = nextStage(from, event);
          if (next) reached.add(next);
        }
      }
      expect(reached).toContain('live');
    }
  });

  it('says what stands in the way', () => {
    expect(() => stageAfter('draft', 'submitted')).toThrow(
      expect.objectContaining({ code: 'onboarding_stage_wrong', params: { stage: 'draft' } }),
    );
    expect(statusAfter('suspended', 'resume')).toBe('live');
    expect(() => statusAfter('retired', 'resume')).toThrow(
      expect.objectContaining({ code: 'agency_status_wrong' }),
    );
    expect(Object.keys(STATUS_TRANSITIONS.retired)).toEqual([]);
  });
});

const decision = fc.record({
  decision: fc.constantFrom('approved', 'returned', 'withdrawn'),
  decidedBy: fc.constantFrom('ann', 'ben'),
  decidedAtMs: fc.integer({ min: 0, max: 20 }),
  takesEffectAtMs: fc.option(fc.integer({ min: 0, max: 40 })),
  reason: fc.constant(null),
}) as fc.Arbitrary<DecisionRow>;

describe('what became of a request', () => {
  it('is never decided by whoever made it, whatever rows there are', () => {
    fc.assert(
      fc.property(
        fc.array(decision, { maxLength: 3 }),
        fc.integer({ min: 0, max: 50 }),
        (decisions, nowMs) => {
          const { state, decision: made } = stateOf({ submittedBy: 'ann', decisions }, nowMs);
          if (state === 'open') expect(made).toBeNull();
          else if (state !== 'withdrawn') expect(made?.decidedBy).toBe('ben');
          if (state === 'approved') expect(made?.takesEffectAtMs ?? 0).toBeLessThanOrEqual(nowMs);
          if (state === 'waiting') expect(made?.takesEffectAtMs ?? 0).toBeGreaterThan(nowMs);
        },
      ),
    );
  });

  it('can’t be taken back once it is in effect', () => {
    const approved: DecisionRow = {
      decision: 'approved',
      decidedBy: 'ben',
      reason: null,
      decidedAtMs: 10,
      takesEffectAtMs: 20,
    };
    const withdrawn = (decidedAtMs: number): DecisionRow => ({
      ...approved,
      decision: 'withdrawn',
      decidedAtMs,
    });
    const stateWith = (...decisions: DecisionRow[]) => stateOf({ submittedBy: 'ann', decisions }, 30).state;
    expect(stateWith(approved)).toBe('approved');
    expect(stateWith(approved, withdrawn(19))).toBe('withdrawn');
    expect(stateWith(approved, withdrawn(20))).toBe('approved');
  });
});

/** Makes `after` out of `before` by what differs: what a reader of a diff does in their head. */
function applied(before: unknown, changes: readonly Difference[]): unknown {
  const root = { value: structuredClone(before) };
  // Backwards, so that places taken off the end of a list go one by one.
  for (const { pointer, after } of [...changes].reverse()) {
    const steps = pointer
      .split('/')
      .slice(1)
      .map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
    let place = root as unknown as Record<string, unknown>;
    let key = 'value';
    for (const step of steps) {
      place = place[key] as Record<string, unknown>;
      key = step;
    }
    if (after !== undefined) {
      Object.defineProperty(place, key, {
        value: after,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    } else if (Array.isArray(place)) place.splice(Number(key), 1);
    else delete place[key];
  }
  return root.value;
}

const json = fc.jsonValue({ maxDepth: 4 }).map((value): unknown => JSON.parse(JSON.stringify(value)));

describe('a diff', () => {
  it('is empty between equals, and leads from one value to the other', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        expect(differences(before, structuredClone(before))).toEqual([]);
        expect(applied(before, differences(before, after))).toEqual(after);
      }),
    );
  });

  it('points at the least that differs', () => {
    const before = { fees: [{ flatMinor: 1 }], phone: '1', 'a/b': 1 };
    const after = { fees: [{ flatMinor: 2 }, { flatMinor: 3 }], 'a/b': 1, name: 'x' };
    expect(differences(before, after)).toEqual([
      { pointer: '/fees/0/flatMinor', before: 1, after: 2 },
      { pointer: '/fees/1', after: { flatMinor: 3 } },
      { pointer: '/phone', before: '1' },
      { pointer: '/name', after: 'x' },
    ]);
  });
});

it('finds what was written and not understood', () => {
  expect(
    unknownMembers({ a: 1, typo: 2, list: [{ b: 1, c: 2 }] }, { a: 1, list: [{ b: 1 }], more: [] }),
  ).toEqual(['/typo', '/list/0/c']);
});

it('shows of a settlement account no more than its end', () => {
  const account = { holderName: '广州供电局', bankName: '工商银行', bankCode: '102581000013' };
  fc.assert(
    fc.property(fc.stringMatching(/^\d{8,32}$/), (accountNumber) => {
      const masked = maskSettlementAccount({ ...account, accountNumber });
      expect(masked.maskedAccountNumber).toBe(`****${accountNumber.slice(-4)}`);
      expect(masked.maskedHolderName).toBe('广***');
    }),
  );
});
