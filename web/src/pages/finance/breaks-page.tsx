import { useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { useSession } from '../../api/queries.ts';
import type { ReconciliationBreak } from '../../api/types.ts';
import { formatMoney, formatTime } from '../../format.ts';
import { SelectField, TextField } from '../../parts/field.tsx';
import { Page } from '../../parts/page.tsx';
import { More, usePages } from '../../parts/pages.tsx';
import { CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { BreakAssign } from './break-assign.tsx';
import { BreakResolveForm } from './break-resolve.tsx';
import { useNames } from './names.tsx';
import { useBreakTexts, wordOf } from './texts-breaks.ts';
import { type BreakTexts, zhCN } from './texts-breaks-zh.ts';
import { filled } from './texts-days.ts';

const AGES = ['0-1', '2-3', '4-7', '8-30', '31+'] as const;
const FILTERS = ['state', 'sourceId', 'class', 'severity', 'waitsFor', 'age', 'owner'] as const;
const DATES = ['fromDate', 'toDate'] as const;

/** Differences between our books and everybody else's: what a filter finds, what waits for a second person, and many at once. */
export default function BreaksPage() {
  const texts = useBreakTexts();
  const user = useSession().data?.user;
  const isFinance = user?.roles.includes('finance') ?? false;
  const [search] = useSearchParams();
  const filter = filterOf(search);
  return (
    <Page title={texts.breaks} back="/staff/finance">
      <Filter userId={user?.userId ?? ''} />
      <div className="staff-grid">
        <List filter={filter} />
        <Proposals />
        {isFinance ? (
          <Panel title={texts.bulk}>
            <p className="weak small">{texts.bulkHint}</p>
            <BreakResolveForm
              key={search.toString()}
              selection={{ filter }}
              actions={[
                { kind: 'writeOff', accounts: [] },
                { kind: 'adjust', accounts: Object.keys(zhCN.accounts) },
                { kind: 'refund', accounts: [] },
                { kind: 'resend', accounts: [] },
              ]}
            />
          </Panel>
        ) : null}
        {isFinance ? (
          <Panel title={texts.bulkAssign}>
            <p className="weak small">{texts.bulkAssignHint}</p>
            <BreakAssign key={search.toString()} selection={{ filter }} />
          </Panel>
        ) : null}
      </div>
    </Page>
  );
}

type Filter = Readonly<Record<string, string>>;

function filterOf(search: URLSearchParams): Filter {
  const chosen = [...FILTERS, ...DATES].flatMap((name) => {
    const value = search.get(name) ?? (name === 'state' ? 'open,proposed' : '');
    return value === '' || value === 'all' ? [] : [[name, value] as const];
  });
  return Object.fromEntries(chosen);
}

function Filter({ userId }: { userId: string }) {
  const texts = useBreakTexts();
  const names = useNames();
  const [search, setSearch] = useSearchParams();
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value === '') next.delete(name);
    else next.set(name, value);
    setSearch(next, { replace: true });
  };
  const all = { value: 'all', label: texts.all };
  const of = (words: Readonly<Record<string, string>>) => [
    all,
    ...Object.entries(words).map(([value, label]) => ({ value, label })),
  ];
  const sources = names.sources.map(({ sourceId }) => ({
    value: sourceId,
    label: names.source(sourceId),
  }));
  const options: Record<(typeof FILTERS)[number], { value: string; label: string }[]> = {
    state: [
      { value: 'open,proposed', label: `${texts.states.open} + ${texts.states.proposed}` },
      ...of(texts.states),
    ],
    sourceId: [all, ...sources],
    class: of(texts.classes),
    severity: of(texts.severities),
    waitsFor: of(texts.waits),
    age: [all, ...AGES.map((age) => ({ value: age, label: age }))],
    owner: [all, { value: 'nobody', label: texts.nobody }, { value: userId, label: texts.mine }],
  };
  return (
    <div className="break-filter">
      {FILTERS.map((name) => (
        <SelectField
          key={name}
          label={texts[name]}
          placeholder={texts[name]}
          value={search.get(name) ?? options[name][0]?.value ?? ''}
          onChange={(value) => set(name, value)}
          options={options[name]}
        />
      ))}
      {DATES.map((name) => (
        <TextField
          key={name}
          label={texts[name]}
          type="date"
          value={search.get(name) ?? ''}
          onChange={(value) => set(name, value)}
        />
      ))}
    </div>
  );
}

function List({ filter }: { filter: Filter }) {
  const texts = useBreakTexts();
  const { query, items } = usePages([CONSOLE_KEY, 'breaks', filter], async (cursor, signal) => {
    const params = { query: { ...filter, ...cursor } as never };
    return bodyOf(await api.GET('/v1/reconciliation/breaks', { params, signal }));
  });
  return (
    <Panel title={texts.breaks} query={query}>
      <Totals filter={filter} />
      {query.isSuccess && items.length === 0 ? <p>{texts.none}</p> : null}
      <ul className="stack">
        {items.map((one) => (
          <BreakLine key={one.breakId} found={one} texts={texts} />
        ))}
      </ul>
      <More of={query} />
    </Panel>
  );
}

function BreakLine({ found, texts }: { found: ReconciliationBreak; texts: BreakTexts }) {
  const { breakId, currency, word, severity, state, waitsFor, dueAt } = found;
  // What one side has more, where it is known; else what the rows amount to.
  const amountMinor = Math.abs(found.differenceMinor || found.amountMinor);
  const names = useNames();
  const isOverdue = state !== 'closed' && Date.parse(dueAt) < Date.now();
  return (
    <li className="task">
      <Link className="break-link" to={`/staff/finance/breaks/${breakId}`}>
        <strong>
          {texts.classes[found.class]} · {formatMoney({ amountMinor, currency })}
          {word ? ` · ${texts.words[word]}` : ''}
        </strong>
      </Link>
      <p className="small long-text">
        {[found.businessDate, names.source(found.sourceId), found.ref].filter(Boolean).join(' · ')}
      </p>
      <p className="weak small">
        {texts.severities[severity]} · {texts.states[state]}
        {waitsFor ? ` · ${texts.waitsFor} ${texts.waits[waitsFor]}` : ''} · {texts.due} {formatTime(dueAt)}
        {isOverdue ? <strong> {texts.overdue}</strong> : null}
      </p>
    </li>
  );
}

function Totals({ filter }: { filter: Filter }) {
  const texts = useBreakTexts();
  const totals = useQuery({
    queryKey: [CONSOLE_KEY, 'break-totals', filter],
    queryFn: async ({ signal }) => {
      const params = { query: filter as never };
      return bodyOf(await api.GET('/v1/reconciliation/break-totals', { params, signal })).items;
    },
  });
  const sums = new Map<string, { count: number; amountMinor: number; overdueCount: number }>();
  for (const { currency, count, amountMinor, overdueCount } of totals.data ?? []) {
    const sum = sums.get(currency) ?? { count: 0, amountMinor: 0, overdueCount: 0 };
    sums.set(currency, {
      count: sum.count + count,
      amountMinor: sum.amountMinor + amountMinor,
      overdueCount: sum.overdueCount + overdueCount,
    });
  }
  return [...sums].map(([currency, { count, amountMinor, overdueCount }]) => (
    <p key={currency} className="number">
      {texts.total} {filled(texts.count, { count })} · {texts.stake} {formatMoney({ amountMinor, currency })}{' '}
      · {texts.overdue} {overdueCount}
    </p>
  ));
}

function Proposals() {
  const texts = useBreakTexts();
  const names = useNames();
  const waiting = useQuery({
    queryKey: [CONSOLE_KEY, 'break-resolutions'],
    queryFn: async ({ signal }) => {
      const params = { query: { limit: 100 } };
      return bodyOf(await api.GET('/v1/reconciliation/break-resolutions', { params, signal })).items;
    },
    staleTime: 0,
  });
  return (
    <Panel title={texts.proposals} query={waiting}>
      {waiting.data?.length === 0 ? <p>{texts.noProposals}</p> : null}
      <ul className="stack">
        {waiting.data?.map(({ resolutionId, kind, currency, amountMinor, breakCount, ...one }) => (
          <li key={resolutionId} className="task">
            <Link className="break-link" to={`/staff/finance/break-resolutions/${resolutionId}`}>
              <strong>
                {wordOf(texts.kinds, kind)} · {filled(texts.count, { count: breakCount })} ·{' '}
                {formatMoney({ amountMinor, currency })}
              </strong>
            </Link>
            <p className="small long-text">{one.reason}</p>
            <p className="weak small">
              {names.source(one.sourceId)} · {names.person(one.maker)} · {formatTime(one.madeAt)}
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
