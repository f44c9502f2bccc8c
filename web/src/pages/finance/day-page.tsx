import { Link, useParams } from 'react-router';
import { api } from '../../api/client.ts';
import { useSession } from '../../api/queries.ts';
import type { ReconciliationBatch, ReconciliationDay } from '../../api/types.ts';
import { formatDate, formatExactTime, formatMinorText } from '../../format.ts';
import { Page } from '../../parts/page.tsx';
import { Action, Panel } from '../agency/parts.tsx';
import { BatchStanding } from './batch-standing.tsx';
import { filled, useDayTexts } from './texts-days.ts';
import { useDay } from './use-day.ts';

/** A business date over all sources: how far each is, and what the three sides say. */
export default function DayPage() {
  const { businessDate = '' } = useParams();
  const texts = useDayTexts();
  const day = useDay(businessDate);
  const isFinance = useSession().data?.user?.roles.includes('finance') ?? false;
  const params = { path: { businessDate } };
  return (
    <Page title={filled(texts.day, { date: formatDate(businessDate) })} back="/staff/finance">
      <div className="staff-grid">
        <Panel title={texts.sources} query={day}>
          {day.data?.batches.length === 0 ? <p>{texts.notPlanned}</p> : null}
          <ul className="stack">
            {day.data?.batches.map((batch) => (
              <SourceLine key={batch.sourceId} batch={batch} />
            ))}
          </ul>
          {isFinance && day.data && day.data.batches.length > 0 ? (
            <Action
              label={texts.runDay}
              run={() => api.POST('/v1/reconciliation/days/{businessDate}/run', { params })}
            />
          ) : null}
        </Panel>
        {day.data ? <ThreeWay report={day.data.report} /> : null}
      </div>
    </Page>
  );
}

function SourceLine({ batch }: { batch: ReconciliationBatch }) {
  return (
    <li className="task stack-tight">
      <Link to={`/staff/finance/batches/${batch.sourceId}/${batch.businessDate}`}>
        <strong className="long-text">{batch.sourceId}</strong>
      </Link>
      <BatchStanding batch={batch} />
    </li>
  );
}

function ThreeWay({ report }: { report: ReconciliationDay['report'] }) {
  const texts = useDayTexts();
  if (!report) {
    return (
      <Panel title={texts.threeWay}>
        <p>{texts.notReported}</p>
      </Panel>
    );
  }
  const { content, revision, createdAt } = report;
  return (
    <Panel title={texts.threeWay}>
      {content.threeWay.map(({ currency, channels, agencies }) => (
        <div key={currency} className="finance-table">
          <table>
            <thead>
              <tr>
                <th scope="col">{currency}</th>
                <th scope="col">{texts.rows}</th>
                <th scope="col">{texts.amount}</th>
              </tr>
            </thead>
            <tbody>
              {(
                [
                  ['channelsOurs', texts.sideOurs, channels.ours],
                  ['channelsTheirs', texts.sideChannels, channels.theirs],
                  ['channelsDifference', texts.difference, difference(channels)],
                  ['agenciesOurs', texts.sideOurs, agencies.ours],
                  ['agenciesTheirs', texts.sideAgencies, agencies.theirs],
                  ['agenciesDifference', texts.difference, difference(agencies)],
                ] as const
              ).map(([line, label, { rows, amountMinor }]) => (
                <tr key={line}>
                  <th scope="row">{label}</th>
                  <td className="number">{rows}</td>
                  <td className="number">{formatMinorText(String(amountMinor), currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ))}
      <p className="weak small">{texts.threeWayNote}</p>
      <p>
        {content.openBreaks > 0 ? filled(texts.openBreaks, { count: content.openBreaks }) : texts.noBreaks}
      </p>
      <p className="weak small">{filled(texts.reportNo, { revision, time: formatExactTime(createdAt) })}</p>
    </Panel>
  );
}

interface Sides {
  ours: { rows: number; amountMinor: number };
  theirs: { rows: number; amountMinor: number };
}

const difference = ({ ours, theirs }: Sides) => ({
  rows: theirs.rows - ours.rows,
  amountMinor: theirs.amountMinor - ours.amountMinor,
});
