import type { ReconciliationBatch } from '../../api/types.ts';
import { formatTime } from '../../format.ts';
import { filled, useDayTexts } from './texts-days.ts';

/** How far a batch is: its state, a bar while it runs, and why it waits. */
export function BatchStanding({ batch }: { batch: ReconciliationBatch }) {
  const texts = useDayTexts();
  const { state, phase, progress, problem, dueAt } = batch;
  const isWaiting = state === 'waiting';
  return (
    <>
      <p>
        <span className={TONES[state]}>{texts.states[state]}</span>
        {state === 'done' ? null : <span className="weak"> · {texts.phases[phase]}</span>}
        {isWaiting ? (
          <span className="weak small"> · {filled(texts.due, { time: formatTime(dueAt) })}</span>
        ) : null}
      </p>
      {progress ? <Progress progress={progress} label={`${batch.sourceId} ${texts.phases[phase]}`} /> : null}
      {problem && state !== 'done' ? (
        <p className="small">{filled(texts.problems[problem.code] ?? problem.code, problem.params)}</p>
      ) : null}
    </>
  );
}

const TONES: Readonly<Partial<Record<ReconciliationBatch['state'], string>>> = {
  done: 'good',
  failed: 'bad',
  stopped: 'bad',
};

function Progress({
  progress: { phase, done, total, rowsPerSecond, etaMs },
  label,
}: {
  progress: NonNullable<ReconciliationBatch['progress']>;
  label: string;
}) {
  const texts = useDayTexts();
  return (
    <>
      {total ? <progress aria-label={label} className="finance-progress" value={done} max={total} /> : null}
      <p className="weak small number">
        {[
          texts.parts[phase],
          rowsPerSecond === null ? null : filled(texts.speed, { rows: rowsPerSecond }),
          etaMs === null ? null : filled(texts.left, { seconds: Math.ceil(etaMs / 1_000) }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
    </>
  );
}
