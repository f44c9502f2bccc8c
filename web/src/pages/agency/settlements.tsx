import { useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '../../api/client.ts';
import { formatMoney } from '../../format.ts';
import { useSettlementTexts } from '../finance/texts-settlement.ts';
import { CONSOLE_KEY, Panel } from './parts.tsx';

/** What the agency was settled and paid, with its statements and fee invoices as files. */
export function AgencySettlements({ agencyId }: { agencyId: string }) {
  const texts = useSettlementTexts();
  const path = { agencyId };
  const list = useQuery({
    queryKey: [CONSOLE_KEY, 'settlements', agencyId],
    queryFn: async ({ signal }) => {
      const params = { path, query: { limit: 30 } };
      return bodyOf(await api.GET('/v1/agencies/{agencyId}/settlements', { params, signal })).items;
    },
    staleTime: 0,
  });
  return (
    <Panel title={texts.settlements} query={list}>
      {list.data?.length === 0 ? <p>{texts.none}</p> : null}
      <ul className="stack">
        {list.data?.map(({ settlementId, window, totals, currency, payoutState }) => (
          <li key={settlementId} className="task stack-tight">
            <p className="number">
              <strong>{formatMoney({ amountMinor: totals.payoutMinor, currency })}</strong> ·{' '}
              {texts.payoutStates[payoutState]}
            </p>
            <p className="weak small">
              {window.from} – {window.to} · {texts.dueOn} {window.dueOn}
            </p>
            <p className="console-actions">
              {(['csv', 'xlsx', 'pdf'] as const).map((format) => (
                <a
                  key={format}
                  className="button-link"
                  href={`/v1/agencies/${agencyId}/settlements/${settlementId}/statement?format=${format}`}
                  download
                >
                  {format.toUpperCase()}
                </a>
              ))}
              <a
                className="button-link"
                href={`/v1/agencies/${agencyId}/fee-invoices/${window.to.slice(0, 7)}`}
                download
              >
                {texts.feeInvoice}
              </a>
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
