import Button from 'antd-mobile/es/components/button';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AgencyDetail, BillQuery } from '../../api/types.ts';
import { formatDate, formatTime } from '../../format.ts';
import { Note } from '../../parts/note.tsx';

interface OtherOutcomeProps {
  answer: BillQuery;
  agency: AgencyDetail;
  isAsking: boolean;
  onRetry(): void;
  /** Where to correct an account that does not exist. */
  correct: ReactNode;
}

/** Every answer of which nothing has to be paid, each with what to do next. */
export function OtherOutcome({ answer, agency, isAsking, onRetry, correct }: OtherOutcomeProps) {
  const { t } = useTranslation();
  const retry = (
    <Button onClick={onRetry} loading={isAsking} loadingText={t('app.wait')}>
      {t('bill.askAgain')}
    </Button>
  );
  const reason = answer.reason ? (
    <p>{t('app.because', { reason: t(`reason.${answer.reason.code}`) })}</p>
  ) : null;
  const phone = agency.servicePhone ? <p>{t('add.servicePhone', { phone: agency.servicePhone })}</p> : null;
  switch (answer.outcome) {
    case 'noSuchAccount':
      return (
        <Note tone="bad" title={t('outcome.noSuchAccount.title')}>
          <p>{t('outcome.noSuchAccount.body')}</p>
          {phone}
          {correct}
        </Note>
      );
    case 'closedNow':
      return (
        <Note tone="wait" title={t('outcome.closedNow.title')}>
          {reason}
          <p>
            {answer.opensAt
              ? t('outcome.opensAt', { time: formatTime(answer.opensAt) })
              : t('outcome.closedNow.short')}
          </p>
          {retry}
        </Note>
      );
    case 'unavailable':
      return (
        <Note tone="wait" title={t('outcome.unavailable.title')}>
          {reason}
          <p>{t('outcome.unavailable.body')}</p>
          {phone}
          {retry}
        </Note>
      );
    default:
      return (
        <Note tone="good" title={t('outcome.nothingDue.title')}>
          <p>{t('outcome.nothingDue.body')}</p>
          {answer.nextBillOn ? <p>{t('outcome.nextBill', { date: formatDate(answer.nextBillOn) })}</p> : null}
          {retry}
        </Note>
      );
  }
}
