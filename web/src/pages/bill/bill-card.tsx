import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { AgencyDetail, Bill, ChargeKind } from '../../api/types.ts';
import { formatDate, formatMoney, formatPeriod, isPast, local } from '../../format.ts';
import { AmountOptions } from './amount-options.tsx';

interface BillCardProps {
  bill: Bill;
  agency: AgencyDetail;
  isChosen: boolean;
  isOnly: boolean;
  onToggle(): void;
}

/** One period: how much, by when, and how the amount comes about. */
export function BillCard({ bill, agency, isChosen, isOnly, onToggle }: BillCardProps) {
  const { t } = useTranslation();
  const period = formatPeriod(bill.period);
  const shape = agency.billShape;
  const isChoice = bill.inFlightPaymentId === null && !isOnly && shape !== 'all';
  const head = (
    <>
      <span>
        <strong>{period}</strong>
        <br />
        <DueDate bill={bill} />
      </span>
      <span className="amount number" style={{ flex: 'none' }}>
        {formatMoney(bill.amountDue)}
      </span>
    </>
  );
  return (
    <article className="panel flush" aria-label={period}>
      {isChoice ? (
        <label className="bill-head">
          <input
            type={shape === 'one' ? 'radio' : 'checkbox'}
            name={shape === 'one' ? 'bill' : undefined}
            checked={isChosen}
            onChange={onToggle}
          />
          {head}
        </label>
      ) : (
        <div className="bill-head">{head}</div>
      )}
      <div className="bill-body">
        <AmountOptions bill={bill} timeZone={agency.serviceHours.timeZone} />
        {bill.minimumDue && bill.minimumDue.amountMinor < bill.amountDue.amountMinor ? (
          <p className="small">{t('bill.minimumDue', { amount: formatMoney(bill.minimumDue) })}</p>
        ) : null}
        <BillDetails bill={bill} isOpen={isOnly} />
      </div>
    </article>
  );
}

function DueDate({ bill }: { bill: Bill }) {
  const { t } = useTranslation();
  if (bill.inFlightPaymentId) {
    return <Link to={`/payments/${bill.inFlightPaymentId}`}>{t('bill.inFlight')}</Link>;
  }
  if (!bill.dueDate) return null;
  const date = formatDate(bill.dueDate);
  if (isPast(bill.dueDate)) return <span className="tag bad">{t('bill.overdue', { date })}</span>;
  return <span className="weak small">{t('bill.payBefore', { date })}</span>;
}

function BillDetails({ bill, isOpen }: { bill: Bill; isOpen: boolean }) {
  const { t } = useTranslation();
  return (
    <details className="fold" open={isOpen}>
      <summary>{t('bill.lines')}</summary>
      <table className="lines">
        <caption className="visually-hidden">
          {t('bill.linesOf', { period: formatPeriod(bill.period) })}
        </caption>
        <thead>
          <tr>
            <th scope="col">{t('bill.item')}</th>
            <th scope="col">{t('bill.amount')}</th>
          </tr>
        </thead>
        <tbody>
          {bill.lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name of their own and never move
            <tr key={index}>
              <th scope="row">
                {local(line.label)} <KindTag kind={line.kind} />
                {line.quantity ? (
                  <>
                    <br />
                    <span className="weak small number">{t('bill.quantity', line.quantity)}</span>
                  </>
                ) : null}
              </th>
              <td>{formatMoney(line.amount)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('bill.sum')}</th>
            <td>{formatMoney(bill.amountDue)}</td>
          </tr>
        </tfoot>
      </table>
      {bill.facts && bill.facts.length > 0 ? (
        <dl className="facts bill-facts small">
          {bill.facts.map((fact) => (
            <div key={fact.label['zh-CN']} style={{ display: 'contents' }}>
              <dt>{local(fact.label)}</dt>
              <dd className="number">{fact.value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </details>
  );
}

/** Charges that change what is due because of when or how it is paid are named as such. */
const TELLING_KINDS: readonly ChargeKind[] = ['lateFee', 'rebate', 'credit'];

function KindTag({ kind }: { kind: ChargeKind }) {
  const { t } = useTranslation();
  if (!TELLING_KINDS.includes(kind)) return null;
  return <span className={`tag ${kind === 'lateFee' ? 'bad' : 'good'}`}>{t(`charge.${kind}`)}</span>;
}
