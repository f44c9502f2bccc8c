import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { agenciesQuery, regionsQuery } from '../../api/queries.ts';
import type { AgencySummary, Category } from '../../api/types.ts';
import { local } from '../../format.ts';
import { CategoryBadge, categoryName, hasBills, isKnownCategory } from '../../parts/category.tsx';
import { TextField } from '../../parts/field.tsx';
import { ProblemNote } from '../../parts/note.tsx';
import { More } from '../../parts/pages.tsx';
import { useSettled } from '../../parts/use-settled.ts';
import { Waiting } from '../../parts/waiting.tsx';

const SEARCH_PAUSE_MS = 250;
/** The server's own limit. */
const MAX_SEARCH_LENGTH = 32;

interface AgencyListProps {
  region: string;
  /** Nothing is to be saved: every agency leads straight to paying. */
  isPayingOnce?: boolean;
}

/** The billers of one city, narrowed by kind. */
export function AgencyList({ region, isPayingOnce = false }: AgencyListProps) {
  const { t } = useTranslation();
  const [category, setCategory] = useState<Category | null>(null);
  const place = useQuery(regionsQuery).data?.find(({ code }) => code === region);
  const [sought, setSought] = useState('');
  const search = useSettled(sought.trim(), SEARCH_PAUSE_MS);
  const agencies = useInfiniteQuery({
    ...agenciesQuery(region, category, search),
    // The list does not jump away under the finger while the next one is on its way.
    placeholderData: keepPreviousData,
  });
  const items = (agencies.data?.pages.flatMap((page) => page.items) ?? []).filter(
    ({ queryKind }) => queryKind !== 'none',
  );
  const categories = place?.categories.filter(isKnownCategory).filter(hasBills) ?? [];
  return (
    <>
      {place ? <p className="weak">{t('add.agencyIntro', { region: local(place.names) })}</p> : null}
      <TextField
        label={t('add.agencySearch')}
        type="search"
        autoComplete="off"
        maxLength={MAX_SEARCH_LENGTH}
        value={sought}
        onChange={setSought}
      />
      {categories.length > 1 ? (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset would announce filters as a form
        <div className="chips" role="group" aria-label={t('add.categoryLabel')}>
          {[null, ...categories].map((each) => (
            <button
              key={each ?? 'all'}
              type="button"
              className="chip"
              aria-pressed={category === each}
              onClick={() => setCategory(each)}
            >
              {each ? categoryName(each) : t('add.allCategories')}
            </button>
          ))}
        </div>
      ) : null}
      {agencies.isPending ? <Waiting lines={4} /> : null}
      {agencies.isError ? (
        <ProblemNote error={agencies.error} onRetry={() => void agencies.refetch()} />
      ) : null}
      {agencies.isSuccess && items.length === 0 ? (
        <p role="status">{t(search ? 'add.agencyNotFound' : 'add.agencyNone')}</p>
      ) : null}
      <ul className="choices wide">
        {items.map((agency) => (
          <li key={agency.agencyId}>
            <Link className="choice" to={linkTo(agency, region, isPayingOnce)}>
              <CategoryBadge category={agency.category} />
              <span className="choice-main">
                <strong>{local(agency.names)}</strong>
                <br />
                <span className="weak small">{categoryName(agency.category)}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
      <More of={agencies} />
    </>
  );
}

/** A fine is paid once and never again: there is no account to save. */
function linkTo({ agencyId, queryKind }: AgencySummary, region: string, isPayingOnce: boolean): string {
  return isPayingOnce || queryKind === 'direct'
    ? `/pay/${agencyId}?region=${region}`
    : `/accounts/new?region=${region}&agency=${agencyId}`;
}
