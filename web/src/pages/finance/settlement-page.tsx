import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { useSession } from '../../api/queries.ts';
import { formatDate, formatDates, formatMoney } from '../../format.ts';
import { Fact } from '../../parts/facts.tsx';
import { Page } from '../../parts/page.tsx';
import { CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { useNames } from './names.tsx';
import { useSettlementTexts } from './texts-settlement.ts';
import { useWhyTexts } from './texts-why.ts';

/** One settlement: how it adds up, its items with their payments, what is held, its statement as files. */
export default function SettlementPage() {
  const texts = useSettlementTexts();
  const whyTexts = useWhyTexts();
  const isFinance = useSession().data?.user?.roles.includes('finance') ?? false;
  const { settlementId = '' } = useParams();
  const path = { settlementId };
  const query = useQuery({
    queryKey: [CONSOLE_KEY, 'settlement', settlementId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET('/v1/settlements/{settlementId}', { params: { path }, signal })),
    staleTime: 0,
  });
  const { data } = query;
  const names = useNames(data && [data.agencyId]);
  const money = (amountMinor: number) => formatMoney({ amountMinor, currency: data?.currency ?? 'CNY' });
  return (
    <Page title={data ? names.agency(data.agencyId) : texts.settlement} back="/staff/finance/settlements">
      <Panel title={texts.settlement} query={query}>
        {data ? (
          <dl className="facts">
            <Fact label={texts.window}>{formatDates(data.window.from, data.window.to)}</Fact>
            <Fact label={texts.dueOn}>{formatDate(data.window.dueOn)}</Fact>
            <Fact label={texts.basis}>{texts.bases[data.basis]}</Fact>
            <Fact label={texts.payout}>{texts.payoutStates[data.payoutState]}</Fact>
            {(Object.keys(texts.totals) as (keyof typeof texts.totals)[]).map((total) => (
              <Fact key={total} label={texts.totals[total]} isNumber>
                {money(data.totals[total])}
              </Fact>
            ))}
          </dl>
        ) : null}
        <p className="console-actions">
          {(['csv', 'xlsx', 'pdf'] as const).map((format) => (
            <a
              key={format}
              className="button-link"
              href={`/v1/settlements/${settlementId}/statement?format=${format}`}
              download
            >
              {texts.statement} {format.toUpperCase()}
            </a>
          ))}
        </p>
      </Panel>
      {data && data.held.length > 0 ? (
        <Panel title={`${texts.held} (${data.heldCount})`}>
          <ul className="stack">
            {data.held.map(({ itemId, kind, businessDate, amountMinor, reason }) => (
              <li key={itemId} className="task">
                <p className="number">
                  {texts.kinds[kind]} {money(amountMinor)} · {texts.holdReasons[reason]}
                </p>
                <p className="weak small long-text">
                  {businessDate} · {itemId}
                </p>
              </li>
            ))}
          </ul>
        </Panel>
      ) : null}
      {data ? (
        <Panel title={`${texts.items} (${data.itemCount})`}>
          <ul className="stack">
            {data.items.map(({ itemId, kind, paymentId, businessDate, netMinor, note }) => (
              <li key={itemId} className="task">
                <p className="number">
                  {texts.kinds[kind]} {money(netMinor)}
                </p>
                <p className="weak small long-text">
                  {[businessDate, paymentId ?? itemId, note].filter(Boolean).join(' · ')}
                </p>
                {paymentId && isFinance ? (
                  <Link className="break-link" to={`/staff/finance/payments/${paymentId}`}>
                    {whyTexts.payment}
                  </Link>
                ) : null}
              </li>
            ))}
          </ul>
        </Panel>
      ) : null}
    </Page>
  );
}
