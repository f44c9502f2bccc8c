import type { ReconciliationBatch } from '../../api/types.ts';
import { formatTime } from '../../format.ts';
import { useNames } from './names.tsx';
import { filled, useDayTexts } from './texts-days.ts';

/** How far a batch is: its state, a bar while it runs, and why it waits. */
export function BatchStanding({ batch }: { batch: ReconciliationBatch }) {
  const texts = useDayTexts();
  const names = useNames();
  const { state, phase, progress, problem, dueAt } = batch;
  const isWaiting = state === 'waiting';
  return (
    <>
      <p>
        <span className={`tag ${TONES[state]}`}>{texts.states[state]}</span>
        {state === 'done' ? null : <span className="weak"> · {texts.phases[phase]}</span>}
        {isWaiting ? (
          <span className="weak small"> · {filled(texts.due, { time: formatTime(dueAt) })}</span>
        ) : null}
      </p>
      {progress ? (
        <Progress progress={progress} label={`${names.source(batch.sourceId)} ${texts.phases[phase]}`} />
      ) : null}
      {problem && state !== 'done' ? (
        <p className="small">{filled(texts.problems[problem.code] ?? problem.code, problem.params)}</p>
      ) : null}
    </>
  );
}

const TONES: Readonly<Record<ReconciliationBatch['state'], string>> = {
  waiting: 'wait',
  running: '',
  paused: 'wait',
  stopped: 'bad',
  failed: 'bad',
  done: 'good',
  cancelled: '',
};

function Progress({
  progress: { phase, done, total, rowsPerSecond, etaMs },
  label,
}: {
  progress: NonNullable<ReconciliationBatch['progress']>;
  label: string;
}) {
  const texts = useDayTexts();
  // Matching counts its passes; everything else counts rows.
  const isOfRows = phase !== 'match';
  return (
    <>
      {/* Without a value the bar moves by itself: how much there is to do is not known yet. */}
      <progress
        aria-label={label}
        className="finance-progress"
        {...(total ? { value: done, max: total } : {})}
      />
      <p className="weak small number">
        {[
          texts.parts[phase],
          total
            ? filled(isOfRows ? texts.doneOf : texts.stepsOf, { done: count(done), total: count(total) })
            : null,
          rowsPerSecond === null || !isOfRows ? null : filled(texts.speed, { rows: count(rowsPerSecond) }),
          etaMs === null ? null : filled(texts.left, { seconds: Math.ceil(etaMs / 1_000) }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
    </>
  );
}

const count = (rows: number) => rows.toLocaleString();
