import type { Batch, BatchReport, DaySummary, StoredReport } from '../../reconciliation/index.ts';
import { countOf } from './counts.ts';
import { chinaMinute } from './dates.ts';

type Params = Readonly<Record<string, string | number>>;

/** Why a batch waits, has stopped or has failed, and what to do about it. */
const PROBLEMS: Readonly<Record<string, (params: Params) => string>> = {
  file_not_ready: ({ availableAt }) =>
    availableAt === undefined
      ? 'their file is not ready'
      : `their file is ready from ${chinaMinute(Date.parse(String(availableAt)))} on`,
  file_late: () => 'their file is late; what our books say is reported without it',
  source_unavailable: () => 'they can’t be reached',
  statement_refused: () => 'their file was refused, another is waited for',
  statement_stopped: ({ statementId }) => `a gate stopped their file: civicpay statement show ${statementId}`,
  later_date_first: ({ businessDate }) => `${businessDate} is matched again first`,
  too_many_breaks: ({ breakCount }) =>
    `${breakCount} differences are no day’s work: it is probably the wrong file`,
  batch_step_failed: ({ error }) =>
    `it kept failing (${error}): see the worker’s log, then civicpay reconciliation retry`,
};

/** What stands in the way of a batch, in words; empty where nothing does. */
export function problemText({ problem }: Pick<Batch, 'problem'>): string {
  if (!problem) return '';
  return PROBLEMS[problem.code]?.(problem.params) ?? problem.code;
}

/** One batch that nobody is at work on, in a line: what came of it, or why it is not done and what comes next. */
export function batchLine(batch: Batch, report: StoredReport<BatchReport> | null, nowMs: number): string {
  const { sourceId, state, phase, dueAtMs } = batch;
  const next = state === 'waiting' && dueAtMs > nowMs ? `next try ${chinaMinute(dueAtMs)}` : '';
  const about =
    state === 'done' && report
      ? [countsText(report.content)]
      : [state === 'done' ? '' : `at ${phase}`, problemText(batch), next];
  return `${sourceId.padEnd(34)} ${state.padEnd(9)} ${about.filter(Boolean).join('; ')}`.trimEnd();
}

function countsText({ ours, theirs, matchCount, breaks }: BatchReport): string {
  const open = breaks.filter(({ state }) => state !== 'closed').reduce((sum, { count }) => sum + count, 0);
  const rows = `${ours.rowCount} rows of ours, ${theirs?.rowCount ?? 'no file'} of theirs`;
  const matches = `${matchCount} ${matchCount === 1 ? 'match' : 'matches'}`;
  return `${rows}: ${matches}, ${countOf(open, 'open break')}`;
}

/** A business date in a line. */
export function dayLine({ businessDate, states, openBreaks }: DaySummary): string {
  const batches = Object.entries(states).map(([state, count]) => `${count} ${state}`);
  return `${businessDate}  ${batches.join(', ')}; ${countOf(openBreaks, 'open break')}`;
}
