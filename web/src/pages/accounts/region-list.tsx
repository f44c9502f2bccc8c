import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { regionsQuery } from '../../api/queries.ts';
import type { Region } from '../../api/types.ts';
import { local } from '../../format.ts';
import { categoryName, hasBills } from '../../parts/category.tsx';
import { TextField } from '../../parts/field.tsx';
import { ProblemNote } from '../../parts/note.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { recentRegion } from './recent-region.ts';

/** With more cities than this, finding by name beats reading the list. */
const SEARCH_FROM = 8;

export function RegionList({ base }: { base: '/accounts/new' | '/pay' }) {
  const { t } = useTranslation();
  const regions = useQuery(regionsQuery);
  const [sought, setSought] = useState('');
  if (regions.isPending) return <Waiting lines={5} />;
  if (regions.isError) return <ProblemNote error={regions.error} onRetry={() => void regions.refetch()} />;
  const found = recentFirst(regions.data).filter((region) => matches(region, sought));
  return (
    <>
      <p className="weak">{t('add.regionIntro')}</p>
      {regions.data.length > SEARCH_FROM ? (
        <TextField label={t('add.regionSearch')} value={sought} onChange={setSought} autoComplete="off" />
      ) : null}
      {found.length === 0 ? <p role="status">{t('add.regionNone')}</p> : null}
      <ul className="choices wide">
        {found.map((region) => (
          <li key={region.code}>
            <Link className="choice" to={`${base}?region=${region.code}`}>
              <span className="choice-main">
                <strong>{local(region.names)}</strong>
                <br />
                <span className="weak small">
                  {region.categories.filter(hasBills).map(categoryName).join(t('app.listSeparator'))}
                </span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The city chosen last time comes first: most accounts of one household are in one city. */
function recentFirst(regions: readonly Region[]): Region[] {
  const recent = recentRegion();
  return [...regions].sort((a, b) => Number(b.code === recent) - Number(a.code === recent));
}

function matches(region: Region, sought: string): boolean {
  const text = sought.trim().toLowerCase();
  return text === '' || Object.values(region.names).some((name) => name.toLowerCase().includes(text));
}
