import { useTranslation } from 'react-i18next';
import type { Bill } from '../../api/types.ts';
import { dateIn, formatDate, formatMoney } from '../../format.ts';
import { optionOf } from './amount.rules.ts';

interface AmountOptionsProps {
  bill: Bill;
  /** IANA name: days are those of the agency. */
  timeZone: string;
}

/** What it costs early, on time and late: which holds today, and what waiting costs. */
export function AmountOptions({ bill, timeZone }: AmountOptionsProps) {
  const { t } = useTranslation();
  const today = optionOf(bill, dateIn(timeZone));
  const next = today ? bill.amountOptions[bill.amountOptions.indexOf(today) + 1] : undefined;
  if (bill.amountOptions.length < 2) return null;
  return (
    <div className="stack-tight">
      <table className="lines">
        <caption className="field-label">{t('bill.options.title')}</caption>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{t('bill.options.when')}</th>
            <th scope="col">{t('bill.amount')}</th>
          </tr>
        </thead>
        <tbody>
          {bill.amountOptions.map((option) => (
            <tr key={option.kind} className={option === today ? 'now' : ''}>
              <th scope="row">
                {t(`bill.options.${option.kind}`)}{' '}
                {option === today ? <span className="tag">{t('bill.options.today')}</span> : null}
                <br />
                <span className="weak small">
                  <Days from={option.from} until={option.until} />
                </span>
              </th>
              <td>{formatMoney(option.amount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {today && next?.from && next.amount.amountMinor > today.amount.amountMinor ? (
        <p className="small">
          {t('bill.options.waiting', {
            date: formatDate(next.from),
            more: formatMoney({
              ...next.amount,
              amountMinor: next.amount.amountMinor - today.amount.amountMinor,
            }),
          })}
        </p>
      ) : null}
    </div>
  );
}

function Days({ from, until }: { from: string | null; until: string | null }) {
  const { t } = useTranslation();
  if (from && until) return t('bill.options.between', { from: formatDate(from), until: formatDate(until) });
  if (until) return t('bill.options.until', { date: formatDate(until) });
  return from ? t('bill.options.from', { date: formatDate(from) }) : t('bill.options.anyDay');
}
