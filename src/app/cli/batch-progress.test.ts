import type { Batch } from '../../reconciliation/index.ts';
import { ProgressLines } from './batch-progress.ts';

const BATCH: Batch = {
  sourceId: 'sandbox-bank',
  businessDate: '2026-03-02',
  phase: 'match',
  state: 'running',
  fence: 1,
  claimedUntilMs: 0,
  dueAtMs: 0,
  attempts: 0,
  oursId: null,
  theirsId: null,
  runId: null,
  progress: {
    phase: 'match',
    done: 50,
    total: 200,
    rowsPerSecond: 25,
    etaMs: 6_000,
    startedAtMs: 0,
    atMs: 0,
  },
  problem: null,
  updatedAtMs: 0,
};

function shown(isTTY: boolean, ...states: Batch[]): string {
  let text = '';
  const write = (part: string) => {
    text += part;
    return true;
  };
  const lines = new ProgressLines({ isTTY, write } as never);
  for (const batch of states) lines.show([batch]);
  return text;
}

describe('the progress of batches', () => {
  it('is a bar with speed and what is left', () => {
    expect(shown(true, BATCH)).toMatch(/sandbox-bank +match +\[█{6}░{18}\] 25% 25 rows\/s 6 s left/);
  });

  it('is drawn over on a terminal, and said once a change elsewhere', () => {
    expect(shown(true, BATCH, BATCH)).toContain('\u001b[1A');
    const done: Batch = { ...BATCH, state: 'done' };
    expect(shown(false, BATCH, BATCH, done, done).split('\n')).toHaveLength(3);
  });

  it('says why a batch waits', () => {
    const waiting: Batch = {
      ...BATCH,
      state: 'waiting',
      phase: 'fetch',
      problem: { code: 'file_not_ready', params: { availableAt: '2026-03-02T16:10:00.000Z' } },
    };
    expect(shown(false, waiting)).toMatch(/waiting +fetch \(their file is ready from 2026-03-03 00:10 on\)/);
  });
});
