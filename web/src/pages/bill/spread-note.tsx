import { useTranslation } from 'react-i18next';
import type { AgencyDetail, Bill, Money } from '../../api/types.ts';
import { formatMoney, formatPeriod } from '../../format.ts';
import { spreadOver } from './amount.rules.ts';

interface SpreadNoteProps {
  agency: AgencyDetail;
  bills: readonly Bill[];
  amount: Money;
}

/** Where the money goes when it is not just what is due: part of it, or more than it. */
export function SpreadNote({ agency, bills, amount }: SpreadNoteProps) {
  const { t } = useTranslation();
  const { parts, creditMinor } = spreadOver(bills, amount.amountMinor);
  const moneyOf = (amountMinor: number) => formatMoney({ ...amount, amountMinor });
  const short = parts.filter(({ bill, paidMinor }) => paidMinor < bill.amountDue.amountMinor);
  if (creditMinor > 0) {
    return (
      <p className="small">
        {t(bills.length > 0 ? 'amount.surplus' : 'amount.advance', { amount: moneyOf(creditMinor) })}
      </p>
    );
  }
  if (short.length === 0) return null;
  return (
    <div className="small stack-tight">
      <p>{t(bills.length > 1 ? 'amount.partOldestFirst' : 'amount.part')}</p>
      <dl className="facts">
        {parts.map(({ bill, paidMinor }) => (
          <div key={bill.billId} style={{ display: 'contents' }}>
            <dt>{formatPeriod(bill.period)}</dt>
            <dd className="number">
              {paidMinor === bill.amountDue.amountMinor
                ? t('amount.paidOff', { paid: moneyOf(paidMinor) })
                : t('amount.paidAndLeft', {
                    paid: moneyOf(paidMinor),
                    left: moneyOf(bill.amountDue.amountMinor - paidMinor),
                  })}
            </dd>
          </div>
        ))}
      </dl>
      {agency.chargeOrder.length > 0 ? (
        <p>
          {t('amount.chargeOrder', {
            charges: agency.chargeOrder.map((kind) => t(`charge.${kind}`)).join(t('amount.nextCharge')),
          })}
        </p>
      ) : null}
    </div>
  );
}
