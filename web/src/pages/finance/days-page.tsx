import { useInfiniteQuery } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { formatDate } from '../../format.ts';
import { Page } from '../../parts/page.tsx';
import { CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { TrialBalance } from '../staff/trial-balance.tsx';
import { useTexts } from './texts.ts';
import { filled, useDayTexts } from './texts-days.ts';

/** Business dates, newest first, and whether the books are in balance. */
export default function DaysPage() {
  const texts = useTexts();
  return (
    <Page title={texts.title} back="/staff">
      <div className="staff-grid">
        <Days />
        <TrialBalance />
      </div>
    </Page>
  );
}

function Days() {
  const { t } = useTranslation();
  const texts = useDayTexts();
  const days = useInfiniteQuery({
    queryKey: [CONSOLE_KEY, 'days'],
    queryFn: async ({ pageParam, signal }) => {
      const query = pageParam ? { cursor: pageParam } : {};
      return bodyOf(await api.GET('/v1/reconciliation/days', { params: { query }, signal }));
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    staleTime: 0,
  });
  const items = days.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel title={texts.days} query={days}>
      {days.isSuccess && items.length === 0 ? <p>{texts.noDays}</p> : null}
      <ul className="stack">
        {items.map(({ businessDate, states, openBreaks }) => (
          <li key={businessDate} className="task">
            <Link to={`/staff/finance/days/${businessDate}`}>
              <strong>{formatDate(businessDate)}</strong>
            </Link>
            <p className="weak small">
              {Object.entries(states)
                .map(([state, count]) => `${texts.states[state as keyof typeof texts.states]} ${count}`)
                .join(t('app.listSeparator'))}
            </p>
            <p className={openBreaks > 0 ? 'bad small' : 'weak small'}>
              {openBreaks > 0 ? filled(texts.openBreaks, { count: openBreaks }) : texts.noBreaks}
            </p>
          </li>
        ))}
      </ul>
      {days.hasNextPage ? (
        <Button
          loading={days.isFetchingNextPage}
          loadingText={t('app.wait')}
          onClick={() => void days.fetchNextPage()}
        >
          {texts.more}
        </Button>
      ) : null}
    </Panel>
  );
}
