import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { useSession } from '../../api/queries.ts';
import type { BatchReport, ReconciliationBatch } from '../../api/types.ts';
import { formatDate, formatExactTime, formatMoney } from '../../format.ts';
import { Fact } from '../../parts/facts.tsx';
import { Page } from '../../parts/page.tsx';
import { Action, CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { BatchRows } from './batch-rows.tsx';
import { BatchStanding } from './batch-standing.tsx';
import { BatchStatements } from './batch-statements.tsx';
import { useNames } from './names.tsx';
import { useBreakTexts, wordOf } from './texts-breaks.ts';
import { filled, useDayTexts } from './texts-days.ts';
import { useDay } from './use-day.ts';

/** One business date of one source: how far it is, what may be done to it, and what it came to. */
export default function BatchPage() {
  const { sourceId = '', businessDate = '' } = useParams();
  const texts = useDayTexts();
  const names = useNames();
  // The date's events tell of each of its batches.
  const day = useDay(businessDate);
  const batch = day.data?.batches.find((one) => one.sourceId === sourceId);
  const isFinance = useSession().data?.user?.roles.includes('finance') ?? false;
  return (
    <Page title={names.source(sourceId)} back={`/staff/finance/days/${businessDate}`}>
      <div className="staff-grid">
        <Panel title={formatDate(businessDate)} query={day}>
          <p className="weak small long-text">{sourceId}</p>
          {day.data && !batch ? <p>{texts.notPlanned}</p> : null}
          {batch ? <BatchStanding batch={batch} /> : null}
          {batch && isFinance ? <Commands batch={batch} /> : null}
        </Panel>
        {batch ? (
          <BatchStatements
            sourceId={sourceId}
            businessDate={businessDate}
            updatedAt={batch.updatedAt}
            isFinance={isFinance}
          />
        ) : null}
        {batch ? <Report batch={batch} /> : null}
        {batch && isFinance ? <BatchRows key={batch.runId} batch={batch} /> : null}
      </div>
    </Page>
  );
}

function Commands({ batch: { sourceId, businessDate, commands } }: { batch: ReconciliationBatch }) {
  const texts = useDayTexts();
  return (
    <div className="console-actions">
      {commands.map((command) => (
        <Action
          key={command}
          label={texts.commands[command]}
          isForGood={command === 'cancel'}
          run={() =>
            api.POST('/v1/reconciliation/batches/{sourceId}/{businessDate}/{command}', {
              params: { path: { sourceId, businessDate, command } },
            })
          }
        />
      ))}
    </div>
  );
}

function Report({ batch: { sourceId, businessDate, runId, updatedAt } }: { batch: ReconciliationBatch }) {
  const texts = useDayTexts();
  const report = useQuery({
    // Read anew when the batch has changed.
    queryKey: [CONSOLE_KEY, 'batchReport', sourceId, businessDate, runId, updatedAt],
    queryFn: async ({ signal }) => {
      const params = { path: { sourceId, businessDate } };
      const url = '/v1/reconciliation/batches/{sourceId}/{businessDate}';
      return bodyOf(await api.GET(url, { params, signal })).report;
    },
    placeholderData: (before) => before,
  });
  return (
    <Panel title={texts.report} query={report}>
      {report.data === null ? <p>{texts.notReported}</p> : null}
      {report.data ? (
        <>
          <ReportFacts report={report.data.content} />
          <p className="weak small">
            {filled(texts.reportNo, {
              revision: report.data.revision,
              time: formatExactTime(report.data.createdAt),
            })}
          </p>
        </>
      ) : null}
    </Panel>
  );
}

function ReportFacts({ report }: { report: BatchReport }) {
  const texts = useDayTexts();
  const { ours, theirs, matchCount, breakCount, breaks, digest } = report;
  return (
    <>
      <p>
        {filled(texts.matched, { count: matchCount })} · {filled(texts.broken, { count: breakCount })}
      </p>
      <dl className="facts">
        <Fact label={texts.theirs}>
          <span className="long-text">
            {theirs
              ? `${theirs.fileName} (${filled(texts.revision, { revision: theirs.revision, rows: theirs.rowCount })})`
              : texts.late}
          </span>
        </Fact>
        <Fact label={texts.ours}>
          {filled(texts.revision, { revision: ours.revision, rows: ours.rowCount })}
        </Fact>
        <Fact label={texts.digest}>
          <code className="long-text">{digest}</code>
        </Fact>
      </dl>
      {breaks.length > 0 ? <BreaksByClass report={report} /> : null}
    </>
  );
}

function BreaksByClass({ report: { sourceId, businessDate, breaks } }: { report: BatchReport }) {
  const texts = useDayTexts();
  const breakTexts = useBreakTexts();
  return (
    <div className="finance-table">
      <table>
        <caption>{texts.breaksByClass}</caption>
        <tbody>
          {breaks.map(({ class: kind, state, currency, count, amountMinor }) => (
            <tr key={`${kind} ${state} ${currency}`}>
              <th scope="row">
                <Link
                  className="break-link"
                  to={`/staff/finance/breaks?sourceId=${sourceId}&fromDate=${businessDate}&toDate=${businessDate}&class=${kind}&state=all`}
                >
                  {breakTexts.classes[kind]}
                </Link>
              </th>
              <td className="finance-state">{wordOf(breakTexts.states, state)}</td>
              <td className="number">{count}</td>
              <td className="number">{formatMoney({ amountMinor, currency })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
