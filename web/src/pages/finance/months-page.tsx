import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf } from '../../api/client.ts';
import { useSession } from '../../api/queries.ts';
import { dateIn, formatExactTime } from '../../format.ts';
import { TextField } from '../../parts/field.tsx';
import { Note } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { Action, CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { useNames } from './names.tsx';
import { useSettlementTexts } from './texts-settlement.ts';
import { TrialBalanceTable } from './trial-balance-table.tsx';

/** The books of a month: trial balance, account sheets, journals; and closing it. */
export default function MonthsPage() {
  const texts = useSettlementTexts();
  const names = useNames();
  const isFinance = useSession().data?.user?.roles.includes('finance') ?? false;
  const [month, setMonth] = useState(() => dateIn('Asia/Shanghai').slice(0, 7));
  const isMonth = /^20\d\d-(0[1-9]|1[0-2])$/.test(month);
  const path = { month };
  const books = useQuery({
    queryKey: [CONSOLE_KEY, 'month', month],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET('/v1/ledger/months/{month}', { params: { path }, signal })),
    enabled: isMonth,
    staleTime: 0,
  });
  const { closing, accounts } = books.data ?? {};
  const currencies = [...new Set(accounts?.map(({ currency }) => currency))];
  return (
    <Page title={texts.months} back="/staff">
      <Panel title={texts.accounts} {...(isMonth ? { query: books } : {})}>
        <TextField label={texts.month} type="month" value={month} onChange={setMonth} />
        {closing ? (
          <Note tone="good" title={`${texts.closedOn} ${formatExactTime(closing.closedAt)}`}>
            <p className="small">{names.person(closing.closedBy)}</p>
            <p className="long-text number small">SHA-256 {closing.sha256}</p>
          </Note>
        ) : null}
        {accounts?.length === 0 ? <p>{texts.noAccounts}</p> : null}
        <p className="console-actions">
          {isMonth ? (
            <a className="button-link" href={`/v1/ledger/months/${month}/journals`} download>
              {texts.journals}
            </a>
          ) : null}
        </p>
        {closing === null && isFinance ? (
          <Action
            label={texts.closeMonth}
            isForGood
            run={() => api.POST('/v1/ledger/months/{month}/close', { params: { path } })}
          />
        ) : null}
        {currencies.map((currency) => (
          <TrialBalanceTable
            key={currency}
            month={month}
            currency={currency}
            accounts={accounts?.filter((account) => account.currency === currency) ?? []}
          />
        ))}
      </Panel>
    </Page>
  );
}
