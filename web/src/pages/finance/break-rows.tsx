import { useMutation } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, bodyOf, newIdempotencyKey } from '../../api/client.ts';
import type { BreakDetail, PaymentStatus } from '../../api/types.ts';
import { formatMoney } from '../../format.ts';
import { TextField } from '../../parts/field.tsx';
import { ProblemNote } from '../../parts/note.tsx';
import { Action, Panel } from '../agency/parts.tsx';
import { useNames } from './names.tsx';
import { useBreakTexts } from './texts-breaks.ts';
import { useWhyTexts } from './texts-why.ts';

type Row = BreakDetail['rows'][number];
const nameOf = ({ statementId, rowNo }: Pick<Row, 'statementId' | 'rowNo'>) => `${statementId} ${rowNo}`;

/** What both sides say, what the third one says, and what our books say now; rows may be split off. */
export function BreakRows({ found, isFinance }: { found: BreakDetail; isFinance: boolean }) {
  const { t } = useTranslation();
  const texts = useBreakTexts();
  const whyTexts = useWhyTexts();
  const names = useNames(found.payments.map(({ agencyId }) => agencyId));
  const { breakId } = found;
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const raw = useMutation({
    mutationFn: async () => {
      const params = { path: { breakId } };
      return bodyOf(await api.GET('/v1/reconciliation/breaks/{breakId}/rows', { params })).items;
    },
  });
  const active = found.rows.filter(({ isActive }) => isActive);
  const maySplit = isFinance && found.state === 'open' && active.length > 1;
  return (
    <Panel title={texts.rows}>
      <ul className="stack">
        {active.map((row) => {
          const name = nameOf(row);
          const shown = raw.data?.find((one) => nameOf(one) === name);
          return (
            <li key={name} className="task">
              <RowLine row={row} />
              {shown ? (
                <>
                  <p className="weak small long-text">
                    {shown.fileName} · {texts.revision.replace('{n}', String(shown.revision))} · {texts.line}{' '}
                    {row.line}
                  </p>
                  <p className="small long-text number">{shown.raw ?? texts.rawGone}</p>
                  <p className="weak small long-text number">{shown.sha256}</p>
                </>
              ) : null}
              {maySplit ? (
                <label className="finance-choice">
                  <input
                    type="checkbox"
                    checked={chosen.includes(name)}
                    onChange={({ target }) =>
                      setChosen(target.checked ? [...chosen, name] : chosen.filter((one) => one !== name))
                    }
                  />
                  {texts.splitOff}
                </label>
              ) : null}
            </li>
          );
        })}
      </ul>
      {isFinance ? (
        <>
          <p className="weak small">{texts.rawHint}</p>
          <Button loading={raw.isPending} onClick={() => raw.mutate()}>
            {texts.raw}
          </Button>
          {raw.isError ? <ProblemNote error={raw.error} /> : null}
        </>
      ) : null}
      {maySplit && chosen.length > 0 ? (
        <Split breakId={breakId} rows={active.filter((row) => chosen.includes(nameOf(row)))} />
      ) : null}
      {found.elsewhere.length > 0 ? (
        <>
          <h3>{texts.elsewhere}</h3>
          {found.elsewhere.map((row) => (
            <RowLine key={`${row.breakId} ${nameOf(row)}`} row={row} />
          ))}
        </>
      ) : null}
      {found.payments.length > 0 ? <h3>{texts.books}</h3> : null}
      {found.payments.map(({ paymentId, status, debitedMinor, currency, agencyId }) => (
        <div key={paymentId}>
          <p>
            {names.agency(agencyId)} · {t(`payment.status.${status as PaymentStatus}.short`)}
            {debitedMinor === null ? '' : ` · ${formatMoney({ amountMinor: debitedMinor, currency })}`}
          </p>
          <p className="small long-text">
            {isFinance ? (
              <Link className="break-link" to={`/staff/finance/payments/${paymentId}`}>
                {whyTexts.payment} {paymentId}
              </Link>
            ) : (
              paymentId
            )}
          </p>
        </div>
      ))}
    </Panel>
  );
}

function RowLine({ row }: { row: Row }) {
  const texts = useBreakTexts();
  const { amountMinor, currency } = row;
  const isReadable = amountMinor !== null && currency !== null;
  return (
    <>
      <p className="number">
        {texts.sides[row.side]} · {isReadable ? formatMoney({ amountMinor, currency }) : '—'} ·{' '}
        {texts.rowStatuses[row.status]}
      </p>
      <p className="weak small long-text">{[row.bookedOn, row.ref ?? '—'].filter(Boolean).join(' · ')}</p>
    </>
  );
}

function Split({ breakId, rows }: { breakId: string; rows: readonly Row[] }) {
  const texts = useBreakTexts();
  const [reason, setReason] = useState('');
  return (
    <div className="stack-tight">
      <p className="small">{texts.splitHint}</p>
      <TextField label={texts.reason} value={reason} onChange={setReason} maxLength={500} />
      <Action
        label={texts.split}
        isDisabled={reason.trim().length < 3}
        run={() =>
          api.POST('/v1/reconciliation/breaks/{breakId}/split', {
            params: { path: { breakId }, header: { 'Idempotency-Key': newIdempotencyKey() } },
            body: { rows: rows.map(({ statementId, rowNo }) => ({ statementId, rowNo })), reason },
          })
        }
      />
    </div>
  );
}
