import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../../api/problem.ts';
import { Note, ProblemNote } from '../../parts/note.tsx';

/** The browser's own refusals (cancelled, no such key, insecure page) come as plain errors, ours as problems. */
export function PasskeyProblem({ error }: { error: Error }) {
  const { t } = useTranslation();
  if (error instanceof ApiProblem) return <ProblemNote error={error} />;
  return (
    <Note tone="bad" title={t('staff.passkeyFailed')} isAlert>
      <p>{t('staff.passkeyFailedBody')}</p>
    </Note>
  );
}
