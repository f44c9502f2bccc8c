import Button from 'antd-mobile/es/components/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { useSession } from '../../api/queries.ts';
import { formatDate } from '../../format.ts';
import { TextField } from '../../parts/field.tsx';
import { Page } from '../../parts/page.tsx';
import { More, usePages } from '../../parts/pages.tsx';
import { CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { TrialBalance } from '../staff/trial-balance.tsx';
import { useTexts } from './texts.ts';
import { filled, useDayTexts } from './texts-days.ts';
import { useWhyTexts } from './texts-why.ts';

const PAYMENT_ID = /^pay_[0-9a-hjkmnp-tv-z]{26}$/;

/** Business dates, newest first, and whether the books are in balance. */
export default function DaysPage() {
  const texts = useTexts();
  return (
    <Page title={texts.title} back="/staff">
      <div className="staff-grid">
        <Days />
        <FindPayment />
        <TrialBalance />
      </div>
    </Page>
  );
}

function Days() {
  const { t } = useTranslation();
  const texts = useDayTexts();
  const { query, items } = usePages([CONSOLE_KEY, 'days'], async (cursor, signal) =>
    bodyOf(await api.GET('/v1/reconciliation/days', { params: { query: cursor }, signal })),
  );
  return (
    <Panel title={texts.days} query={query}>
      {query.isSuccess && items.length === 0 ? <p>{texts.noDays}</p> : null}
      <ul className="stack">
        {items.map(({ businessDate, states, openBreaks }) => (
          <li key={businessDate} className="task">
            <Link className="line-link" to={`/staff/finance/days/${businessDate}`}>
              <strong>{formatDate(businessDate)}</strong>
            </Link>
            <p className="weak small">
              {Object.entries(states)
                .map(([state, count]) => `${texts.states[state as keyof typeof texts.states]} ${count}`)
                .join(t('app.listSeparator'))}
            </p>
            <p className={openBreaks > 0 ? 'finance-bad small' : 'weak small'}>
              {openBreaks > 0 ? filled(texts.openBreaks, { count: openBreaks }) : texts.noBreaks}
            </p>
          </li>
        ))}
      </ul>
      <More of={query} label={texts.more} />
    </Panel>
  );
}

/** From a payment’s number, as it stands on receipts, to what each side says of it. */
function FindPayment() {
  const texts = useWhyTexts();
  const navigate = useNavigate();
  const [paymentId, setPaymentId] = useState('');
  const isFinance = useSession().data?.user?.roles.includes('finance') ?? false;
  if (!isFinance) return null;
  return (
    <Panel title={texts.findPayment}>
      <form
        className="stack-tight"
        onSubmit={(event) => {
          event.preventDefault();
          if (PAYMENT_ID.test(paymentId)) void navigate(`/staff/finance/payments/${paymentId}`);
        }}
      >
        <TextField
          label={texts.paymentId}
          hint={texts.paymentIdHint}
          autoComplete="off"
          value={paymentId}
          onChange={(value) => setPaymentId(value.trim())}
        />
        <Button type="submit" disabled={!PAYMENT_ID.test(paymentId)}>
          {texts.find}
        </Button>
      </form>
    </Panel>
  );
}
