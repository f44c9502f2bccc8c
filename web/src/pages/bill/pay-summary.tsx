import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AgencyDetail, Money } from '../../api/types.ts';
import { formatMoney, formatSpan } from '../../format.ts';

interface PaySummaryProps {
  agency: AgencyDetail;
  label: string;
  amount: Money | null;
  children: ReactNode;
}

/** Beside what is chosen: how much it comes to, and by when the agency books it. */
export function PaySummary({ agency, label, amount, children }: PaySummaryProps) {
  const { t } = useTranslation();
  return (
    <section className="panel stack pay-summary" aria-label={t('bill.summary')}>
      <div className="row-apart" aria-live="polite">
        <span>{label}</span>
        <span className="amount-large">{amount ? formatMoney(amount) : '—'}</span>
      </div>
      {children}
      <p className="weak small">{t('bill.promise', { span: formatSpan(agency.postingPromiseSeconds) })}</p>
    </section>
  );
}
