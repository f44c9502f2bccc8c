import { useMutation } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { queryClient, useSession } from '../../api/queries.ts';
import { formatDate, formatDates, formatMoney } from '../../format.ts';
import { ProblemNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { More, usePages } from '../../parts/pages.tsx';
import { CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { useNames } from './names.tsx';
import { SettlementTerms } from './settlement-terms.tsx';
import { useSettlementTexts } from './texts-settlement.ts';

/** What agencies were settled, what waits, and on which terms. */
export default function SettlementsPage() {
  const texts = useSettlementTexts();
  const isFinance = useSession().data?.user?.roles.includes('finance') ?? false;
  return (
    <Page title={texts.settlements} back="/staff">
      <div className="staff-grid">
        <SettlementList />
        {isFinance ? <Round /> : null}
        <SettlementTerms isFinance={isFinance} />
      </div>
    </Page>
  );
}

function SettlementList() {
  const texts = useSettlementTexts();
  const { query, items } = usePages([CONSOLE_KEY, 'settlements'], async (cursor, signal) =>
    bodyOf(await api.GET('/v1/settlements', { params: { query: cursor }, signal })),
  );
  const names = useNames(items.map(({ agencyId }) => agencyId));
  return (
    <Panel title={texts.settlements} query={query}>
      {query.isSuccess && items.length === 0 ? <p>{texts.none}</p> : null}
      <ul className="stack">
        {items.map(({ settlementId, agencyId, window, currency, totals, payoutState }) => (
          <li key={settlementId} className="task">
            <Link className="break-link" to={`/staff/finance/settlements/${settlementId}`}>
              <strong>{names.agency(agencyId)}</strong>
            </Link>
            <p className="number">
              {formatMoney({ amountMinor: totals.payoutMinor, currency })} · {texts.payoutStates[payoutState]}
            </p>
            <p className="weak small">
              {formatDates(window.from, window.to)} · {texts.dueOn} {formatDate(window.dueOn)} · {agencyId}
            </p>
          </li>
        ))}
      </ul>
      <More of={query} />
    </Panel>
  );
}

function Round() {
  const { t } = useTranslation();
  const texts = useSettlementTexts();
  const round = useMutation({
    mutationFn: async () => bodyOf(await api.POST('/v1/settlements/rounds')).items,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [CONSOLE_KEY] }),
  });
  const names = useNames(round.data?.map(({ agencyId }) => agencyId));
  return (
    <Panel title={texts.runNow}>
      <Button color="primary" loading={round.isPending} onClick={() => round.mutate()}>
        {texts.runNow}
      </Button>
      {round.isError ? <ProblemNote error={round.error} /> : null}
      <ul className="stack">
        {round.data?.map(({ agencyId, settlementIds, outcome, window, waitsFor, problem }) => (
          <li key={agencyId} className="task">
            <p className="long-text">
              <strong>{names.agency(agencyId)}</strong> · {texts.settledNow} {settlementIds.length} ·{' '}
              {texts.outcomes[outcome]}
            </p>
            {problem ? (
              <p className="small">
                {problem.title} {problem.detail}
              </p>
            ) : null}
            {window ? (
              <p className="weak small">
                {formatDates(window.from, window.to)} · {texts.dueOn} {formatDate(window.dueOn)}
              </p>
            ) : null}
            {waitsFor.map(({ businessDate, sourceIds }) => (
              <p key={businessDate} className="weak small long-text">
                {texts.waitsFor} {businessDate} · {sourceIds.map(names.source).join(t('app.listSeparator'))}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
