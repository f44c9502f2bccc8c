import { unanswered } from './index.ts';

describe('a call without an answer', () => {
  it('that was never sent says so, and whether the limits are ours', () => {
    expect(unanswered({ kind: 'notSent', cause: 'tooBusy' })).toEqual({
      kind: 'notSent',
      reason: { code: 'too_busy', source: 'civicpay' },
    });
    for (const cause of ['refused', 'dns', 'blockedAddress'] as const) {
      expect(unanswered({ kind: 'notSent', cause })).toEqual({
        kind: 'notSent',
        reason: { code: 'agency_down', source: 'network', detail: cause },
      });
    }
  });

  it('that left may have been carried out', () => {
    for (const cause of ['timeout', 'reset', 'tooLarge'] as const) {
      expect(unanswered({ kind: 'noAnswer', cause })).toEqual({
        kind: 'unknown',
        reason: { code: 'no_answer', source: 'network', detail: cause },
      });
    }
  });
});
