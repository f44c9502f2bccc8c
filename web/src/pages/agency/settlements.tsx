import { api, bodyOf } from '../../api/client.ts';
import { formatDate, formatDates, formatMoney } from '../../format.ts';
import { Fact } from '../../parts/facts.tsx';
import { More, usePages } from '../../parts/pages.tsx';
import { useSettlementTexts } from '../finance/texts-settlement.ts';
import { CONSOLE_KEY, Panel } from './parts.tsx';

/** What the agency was settled and paid, and how it adds up, with its statements and fee invoices as files. */
export function AgencySettlements({ agencyId }: { agencyId: string }) {
  const texts = useSettlementTexts();
  const path = { agencyId };
  const { query, items } = usePages([CONSOLE_KEY, 'settlements', agencyId], async (cursor, signal) =>
    bodyOf(await api.GET('/v1/agencies/{agencyId}/settlements', { params: { path, query: cursor }, signal })),
  );
  return (
    <Panel title={texts.settlements} query={query}>
      {query.isSuccess && items.length === 0 ? <p>{texts.none}</p> : null}
      <ul className="stack">
        {items.map(({ settlementId, window, totals, currency, payoutState }) => (
          <li key={settlementId} className="task stack-tight">
            <p className="number">
              <strong>{formatMoney({ amountMinor: totals.payoutMinor, currency })}</strong> ·{' '}
              {texts.payoutStates[payoutState]}
            </p>
            <p className="weak small">
              {formatDates(window.from, window.to)} · {texts.dueOn} {formatDate(window.dueOn)}
            </p>
            <details className="fold">
              <summary>{texts.settlement}</summary>
              <dl className="facts">
                {(Object.keys(texts.totals) as (keyof typeof texts.totals)[]).map((total) => (
                  <Fact key={total} label={texts.totals[total]} isNumber>
                    {formatMoney({ amountMinor: totals[total], currency })}
                  </Fact>
                ))}
              </dl>
            </details>
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
      <More of={query} />
    </Panel>
  );
}
