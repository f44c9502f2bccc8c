import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { useSession } from '../../api/queries.ts';
import type { BreakDetail } from '../../api/types.ts';
import { formatDate, formatExactTime, formatMoney } from '../../format.ts';
import { Fact } from '../../parts/facts.tsx';
import { Page } from '../../parts/page.tsx';
import { CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { BreakResolveForm } from './break-resolve.tsx';
import { BreakRows } from './break-rows.tsx';
import { BreakWork } from './break-work.tsx';
import { useNames } from './names.tsx';
import { useBreakTexts, wordOf } from './texts-breaks.ts';
import { Grounds } from './why.tsx';

/** One break: what each side says, why it is one, what happened to it, and what a person may do about it. */
export default function BreakPage() {
  const texts = useBreakTexts();
  const { breakId = '' } = useParams();
  const isFinance = useSession().data?.user?.roles.includes('finance') ?? false;
  const query = useQuery({
    queryKey: [CONSOLE_KEY, 'break', breakId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET('/v1/reconciliation/breaks/{breakId}', { params: { path: { breakId } }, signal })),
    staleTime: 0,
  });
  const { data } = query;
  return (
    <Page title={texts.one} back="/staff/finance/breaks">
      <div className="staff-grid">
        <Panel title={data ? texts.classes[data.class] : texts.one} query={query}>
          {data ? <Facts found={data} /> : null}
        </Panel>
        {data ? <BreakRows found={data} isFinance={isFinance} /> : null}
        {data && isFinance && data.actions.length > 0 ? (
          <Panel title={texts.resolve}>
            <BreakResolveForm selection={{ breakId, sourceId: data.sourceId }} actions={data.actions} />
          </Panel>
        ) : null}
        {data ? <Resolutions found={data} /> : null}
        {data ? <BreakWork found={data} isFinance={isFinance} /> : null}
        {data ? <History found={data} /> : null}
      </div>
    </Page>
  );
}

function Facts({ found }: { found: BreakDetail }) {
  const texts = useBreakTexts();
  const names = useNames();
  const { currency, amountMinor, differenceMinor, suspenseMinor, word, how, waitsFor } = found;
  return (
    <>
      <dl className="facts">
        <Fact label={texts.state}>
          {texts.states[found.state]}
          {how ? ` · ${texts.hows[how]}` : ''}
        </Fact>
        <Fact label={texts.stake} isNumber>
          <strong>{formatMoney({ amountMinor, currency })}</strong>
        </Fact>
        {differenceMinor === null ? null : (
          <Fact label={texts.difference} isNumber>
            {formatMoney({ amountMinor: differenceMinor, currency })} {word ? texts.words[word] : ''}
          </Fact>
        )}
        <Fact label={texts.suspense} isNumber>
          {formatMoney({ amountMinor: found.state === 'closed' ? 0 : suspenseMinor, currency })}
        </Fact>
        <Fact label={texts.severity}>{texts.severities[found.severity]}</Fact>
        <Fact label={texts.due}>{formatExactTime(found.dueAt)}</Fact>
        {waitsFor ? <Fact label={texts.waitsFor}>{texts.waits[waitsFor]}</Fact> : null}
        <Fact label={texts.owner}>{found.owner === null ? texts.nobody : names.person(found.owner)}</Fact>
      </dl>
      <p className="small long-text">
        <Link className="break-link" to={`/staff/finance/batches/${found.sourceId}/${found.businessDate}`}>
          {names.source(found.sourceId)} · {formatDate(found.businessDate)}
        </Link>
      </p>
      <h3>{texts.why}</h3>
      <Grounds rule={found.rule} scores={found.scores} currency={currency} />
      <p className="weak small long-text number">{found.breakId}</p>
    </>
  );
}

function Resolutions({ found }: { found: BreakDetail }) {
  const texts = useBreakTexts();
  if (found.resolutions.length === 0) return null;
  return (
    <Panel title={texts.resolutions}>
      <ul className="stack">
        {found.resolutions.map(({ resolution, bookedMinor, refundStatus }) => (
          <li key={resolution.resolutionId} className="task">
            <Link className="break-link" to={`/staff/finance/break-resolutions/${resolution.resolutionId}`}>
              <strong>
                {wordOf(texts.kinds, resolution.kind)} ·{' '}
                {formatMoney({ amountMinor: bookedMinor, currency: resolution.currency })} ·{' '}
                {texts.resolutionStates[resolution.state]}
              </strong>
            </Link>
            <p className="small long-text">{resolution.reason}</p>
            {refundStatus ? (
              <p className="small">
                {texts.refundStatus} · {wordOf(texts.refundStatuses, refundStatus)}
              </p>
            ) : null}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function History({ found }: { found: BreakDetail }) {
  const texts = useBreakTexts();
  const names = useNames();
  return (
    <Panel title={texts.history}>
      <ol className="stack-tight">
        {found.events.map(({ version, event, actor, reason, at, details }) => (
          <li key={version}>
            <p>
              {wordOf(texts.events, event)}
              {event === 'assigned'
                ? ` · ${typeof details.owner === 'string' ? names.person(details.owner) : texts.nobody}`
                : ''}
              {event === 'held' && typeof details.waitsFor === 'string'
                ? ` · ${texts.waitsFor} ${wordOf(texts.waits, details.waitsFor)}`
                : ''}
            </p>
            {reason ? <p className="long-text">{reason}</p> : null}
            <p className="weak small long-text">
              {names.person(actor)} · {formatExactTime(at)}
            </p>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
