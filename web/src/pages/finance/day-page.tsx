import { Link, useParams } from 'react-router';
import { api } from '../../api/client.ts';
import { useSession } from '../../api/queries.ts';
import type { ReconciliationBatch, ReconciliationDay } from '../../api/types.ts';
import { formatDate, formatExactTime, formatMoney } from '../../format.ts';
import { Page } from '../../parts/page.tsx';
import { Action, Panel } from '../agency/parts.tsx';
import { BatchStanding } from './batch-standing.tsx';
import { useNames } from './names.tsx';
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
  const texts = useDayTexts();
  const names = useNames();
  const { sourceId, businessDate } = batch;
  const role = names.sources.find((source) => source.sourceId === sourceId)?.role;
  return (
    <li className="task stack-tight">
      <Link className="break-link" to={`/staff/finance/batches/${sourceId}/${businessDate}`}>
        <strong>{names.source(sourceId)}</strong>
      </Link>
      <p className="weak small long-text">{role ? `${texts.roles[role]} · ${sourceId}` : sourceId}</p>
      <BatchStanding batch={batch} />
    </li>
  );
}

type DayReport = NonNullable<ReconciliationDay['report']>;

function ThreeWay({ report }: { report: ReconciliationDay['report'] }) {
  const texts = useDayTexts();
  return (
    <Panel title={texts.threeWay}>
      {report ? <ThreeWayReport report={report} /> : <p>{texts.notReported}</p>}
    </Panel>
  );
}

function ThreeWayReport({ report: { content, revision, createdAt } }: { report: DayReport }) {
  const texts = useDayTexts();
  return (
    <>
      {content.threeWay.map(({ currency, channels, agencies }) => (
        <div key={currency} className="finance-table">
          <table>
            <thead>
              <tr>
                <th scope="col">{currency}</th>
                <th scope="col" className="number">
                  {texts.rows}
                </th>
                <th scope="col" className="number">
                  {texts.amount}
                </th>
              </tr>
            </thead>
            <Sides title={texts.withChannels} theirs={texts.sideChannels} sides={channels} />
            <Sides title={texts.withAgencies} theirs={texts.sideAgencies} sides={agencies} />
          </table>
        </div>
      ))}
      <p className="weak small">{texts.threeWayNote}</p>
      <p>
        {content.openBreaks > 0 ? filled(texts.openBreaks, { count: content.openBreaks }) : texts.noBreaks}
      </p>
      <p className="weak small">{filled(texts.reportNo, { revision, time: formatExactTime(createdAt) })}</p>
    </>
  );
}

interface SidesProps {
  title: string;
  theirs: string;
  sides: DayReport['content']['threeWay'][number]['channels'];
}

/** Our books held against one kind of other side: what each says, and the difference. */
function Sides({ title, theirs: theirWord, sides: { ours, theirs } }: SidesProps) {
  const texts = useDayTexts();
  const { currency } = ours;
  const rows = theirs.rows - ours.rows;
  const amountMinor = theirs.amountMinor - ours.amountMinor;
  const isEven = rows === 0 && amountMinor === 0;
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={3} className="finance-group">
          {title}
        </th>
      </tr>
      <SideLine label={texts.sideOurs} rows={ours.rows} money={formatMoney(ours)} />
      <SideLine label={theirWord} rows={theirs.rows} money={formatMoney(theirs)} />
      <SideLine
        label={texts.difference}
        rows={rows}
        money={formatMoney({ amountMinor, currency })}
        tone={isEven ? 'good' : 'bad'}
      />
    </tbody>
  );
}

interface SideLineProps {
  label: string;
  rows: number;
  money: string;
  tone?: 'good' | 'bad';
}

function SideLine({ label, rows, money, tone }: SideLineProps) {
  return (
    <tr className={tone && `finance-${tone}`}>
      <th scope="row">{label}</th>
      <td className="number">{rows}</td>
      <td className="number">{money}</td>
    </tr>
  );
}
