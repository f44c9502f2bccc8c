import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { useSession } from '../../api/queries.ts';
import { formatExactTime, formatMoney } from '../../format.ts';
import { Fact } from '../../parts/facts.tsx';
import { TextField } from '../../parts/field.tsx';
import { Page } from '../../parts/page.tsx';
import { Action, CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { Entries } from './entries.tsx';
import { useNames } from './names.tsx';
import { useBreakTexts, wordOf } from './texts-breaks.ts';

const useResolution = (resolutionId: string) =>
  useQuery({
    queryKey: [CONSOLE_KEY, 'break-resolution', resolutionId],
    queryFn: async ({ signal }) => {
      const params = { path: { resolutionId } };
      return bodyOf(await api.GET('/v1/reconciliation/break-resolutions/{resolutionId}', { params, signal }));
    },
    staleTime: 0,
  });
type Detail = NonNullable<ReturnType<typeof useResolution>['data']>;

/** What one person asked for, what it books, and what the second one does about it. */
export default function BreakResolutionPage() {
  const texts = useBreakTexts();
  const { resolutionId = '' } = useParams();
  const user = useSession().data?.user;
  const query = useResolution(resolutionId);
  const { data } = query;
  const isFinance = user?.roles.includes('finance') ?? false;
  return (
    <Page title={texts.resolution} back="/staff/finance/breaks">
      <div className="staff-grid">
        <Panel title={data ? wordOf(texts.kinds, data.resolution.kind) : texts.resolution} query={query}>
          {data ? <Facts detail={data} /> : null}
          {data && isFinance && data.resolution.state === 'proposed' ? (
            <Decision detail={data} userId={user?.userId ?? ''} />
          ) : null}
        </Panel>
        {data ? (
          <Panel title={`${texts.breaks} · ${data.items.length}`}>
            <ul className="stack-tight">
              {data.items.map(({ breakId, suspenseMinor }) => (
                <li key={breakId} className="long-text number">
                  <Link className="break-link" to={`/staff/finance/breaks/${breakId}`}>
                    {formatMoney({ amountMinor: suspenseMinor, currency: data.resolution.currency })}{' '}
                    {breakId}
                  </Link>
                </li>
              ))}
            </ul>
          </Panel>
        ) : null}
      </div>
    </Page>
  );
}

function Facts({ detail }: { detail: Detail }) {
  const texts = useBreakTexts();
  const names = useNames();
  const { resolution, entries } = detail;
  const { currency, amountMinor, madeAt, decidedAt, checker, answer } = resolution;
  return (
    <>
      <dl className="facts">
        <Fact label={texts.state}>{texts.resolutionStates[resolution.state]}</Fact>
        <Fact label={texts.stake} isNumber>
          <strong>{formatMoney({ amountMinor, currency })}</strong>
        </Fact>
        <Fact label={texts.sourceId}>{names.source(resolution.sourceId)}</Fact>
      </dl>
      <p className="long-text">{resolution.reason}</p>
      <Entries entries={entries} currency={currency} isBooked={resolution.state === 'applied'} />
      <p className="weak small long-text">
        {texts.maker} {names.person(resolution.maker)} · {formatExactTime(madeAt)}
      </p>
      {decidedAt ? (
        <p className="weak small long-text">
          {texts.checker} {checker === null ? '—' : names.person(checker)} · {formatExactTime(decidedAt)}{' '}
          {answer}
        </p>
      ) : null}
    </>
  );
}

function Decision({ detail, userId }: { detail: Detail; userId: string }) {
  const texts = useBreakTexts();
  const [reason, setReason] = useState('');
  const { resolutionId, breaksSha256, maker } = detail.resolution;
  const params = { path: { resolutionId } };
  const isOwn = maker === userId;
  return (
    <div className="stack-tight">
      {isOwn ? (
        <p>{texts.own}</p>
      ) : (
        <Action
          label={texts.approve}
          isPrimary
          isForGood
          run={() => {
            const body = { breaksSha256 };
            return api.POST('/v1/reconciliation/break-resolutions/{resolutionId}/approve', { params, body });
          }}
        />
      )}
      <TextField label={texts.reason} value={reason} onChange={setReason} maxLength={500} />
      <Action
        label={isOwn ? texts.withdraw : texts.reject}
        isDisabled={reason.trim().length < 3}
        run={() => {
          const body = { reason };
          return isOwn
            ? api.POST('/v1/reconciliation/break-resolutions/{resolutionId}/withdraw', { params, body })
            : api.POST('/v1/reconciliation/break-resolutions/{resolutionId}/reject', { params, body });
        }}
      />
    </div>
  );
}
