import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Money } from '../api/types.ts';
import { formatMoney } from '../format.ts';

interface FactProps {
  label: string;
  isNumber?: boolean;
  children: ReactNode;
}

/** One line of a list of facts. */
export function Fact({ label, isNumber = false, children }: FactProps) {
  return (
    <>
      <dt>{label}</dt>
      <dd className={isNumber ? 'number' : undefined}>{children}</dd>
    </>
  );
}

/** Amount, fee and what they come to, where there is a fee; nothing where the amount says it all. */
export function CostFacts({ amount, fee, total }: { amount: Money; fee: Money; total: Money }) {
  const { t } = useTranslation();
  if (fee.amountMinor === 0) return null;
  return (
    <>
      <Fact label={t('cost.amount')} isNumber>
        {formatMoney(amount)}
      </Fact>
      <Fact label={t('cost.fee')} isNumber>
        {formatMoney(fee)}
      </Fact>
      <Fact label={t('cost.total')} isNumber>
        <strong>{formatMoney(total)}</strong>
      </Fact>
    </>
  );
}
