import { useTranslation } from 'react-i18next';
import type { AgencyDetail } from '../api/types.ts';
import { formatTime, local } from '../format.ts';
import { Note } from './note.tsx';
import { formatServedDays, servedDays } from './service-hours.ts';

/** Maintenance further off than this is no news for who pays today. */
const SOON_MS = 7 * 86_400_000;

/** What to know of an agency's hours before anything is filled in: closed now, closed soon, open when. */
export function AgencyNotices({ agency }: { agency: AgencyDetail }) {
  const { t } = useTranslation();
  const served = servedDays(agency.serviceHours.open);
  return (
    <>
      {agency.openNow ? null : <ClosedNow agency={agency} />}
      <ComingMaintenance agency={agency} />
      {served.length > 0 ? (
        <p className="weak small">
          {t('hours.title', { hours: served.map(formatServedDays).join(t('app.listSeparator')) })}
        </p>
      ) : null}
    </>
  );
}

function ClosedNow({ agency }: { agency: AgencyDetail }) {
  const { t } = useTranslation();
  const underWay = agency.maintenance.find(({ from }) => Date.parse(from) <= Date.now());
  return (
    <Note tone="wait" title={t('outcome.closedNow.title')}>
      {underWay ? <p>{t('app.because', { reason: local(underWay.note) })}</p> : null}
      <p>
        {agency.opensAt ? t('outcome.opensAt', { time: formatTime(agency.opensAt) }) : t('add.closedBody')}
      </p>
    </Note>
  );
}

/** Maintenance of the next days: whoever is about to pay can do so before it begins. */
export function ComingMaintenance({ agency }: { agency: AgencyDetail }) {
  const { t } = useTranslation();
  const nowMs = Date.now();
  const coming = agency.maintenance.filter(
    ({ from }) => Date.parse(from) > nowMs && Date.parse(from) <= nowMs + SOON_MS,
  );
  return coming.map(({ from, to, note }) => (
    <Note key={from} tone="info" title={t('hours.maintenance')}>
      <p>{t('hours.maintenanceSpan', { from: formatTime(from), to: formatTime(to) })}</p>
      <p>{t('app.because', { reason: local(note) })}</p>
    </Note>
  ));
}
