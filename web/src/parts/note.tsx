import Button from 'antd-mobile/es/components/button';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../api/problem.ts';

interface NoteProps {
  tone: 'info' | 'good' | 'wait' | 'bad';
  title: string;
  /** Interrupts a screen reader: for what answers something just done. */
  isAlert?: boolean;
  children?: ReactNode;
}

/** Something to know, in its tone; the words carry the meaning, the colour only repeats it. */
export function Note({ tone, title, isAlert = false, children }: NoteProps) {
  return (
    <div className={`note ${tone}`} role={isAlert ? 'alert' : undefined}>
      <p className="note-title">{title}</p>
      {children}
    </div>
  );
}

interface ProblemNoteProps {
  error: unknown;
  onRetry?: () => void;
  /** What to say when no answer came; the default promises nothing about what was done. */
  noAnswer?: string;
  children?: ReactNode;
}

/** Why a call did not come out, in the server's own localised words where there are any. */
export function ProblemNote({ error, onRetry, noAnswer, children }: ProblemNoteProps) {
  const { t } = useTranslation();
  const problem = error instanceof ApiProblem ? error : new ApiProblem(0, null);
  return (
    <Note tone="bad" title={problem.title ?? t('problem.noAnswerTitle')} isAlert>
      <p>{problem.detail ?? noAnswer ?? t(navigator.onLine ? 'problem.noAnswer' : 'problem.offline')}</p>
      {problem.traceId ? <p className="trace">{t('problem.trace', { traceId: problem.traceId })}</p> : null}
      {children}
      {onRetry ? <Button onClick={onRetry}>{t('app.retry')}</Button> : null}
    </Note>
  );
}
