import { useQueries, useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '../../api/client.ts';
import type { AgencyNames, FinanceNames } from '../../api/types.ts';
import { local } from '../../format.ts';
import { inBatches } from '../../parts/in-batches.ts';
import { useBreakTexts } from './texts-breaks.ts';

/** Agencies and people seldom change their names. */
const FRESH_MS = 5 * 60_000;
/** As many agencies are named at once. */
const MOST_NAMED = 100;

interface Names {
  /** The channel's name, or those of the agencies whose files a source brings. */
  source(sourceId: string): string;
  agency(agencyId: string): string;
  person(staffId: string): string;
  sources: FinanceNames['sources'];
}

const NONE: FinanceNames = { sources: [], staff: [] };

const agencyNames = inBatches<AgencyNames['items'][number]>(MOST_NAMED, async (agencyIds) => {
  const params = { query: { ids: agencyIds.join(',') } };
  const { items } = bodyOf(await api.GET('/v1/finance-names/agencies', { params }));
  return new Map(items.map((item) => [item.agencyId, item]));
});

/** What ids are called, of agencies these; the id itself while that is being asked, and where nobody knows. */
export function useNames(agencyIds: readonly string[] = []): Names {
  const texts = useBreakTexts();
  const all =
    useQuery({
      queryKey: ['financeNames'],
      queryFn: async ({ signal }) => bodyOf(await api.GET('/v1/finance-names', { signal })),
      staleTime: FRESH_MS,
    }).data ?? NONE;
  const agencies = useQueries({
    queries: [...new Set(agencyIds)].map((agencyId) => ({
      queryKey: ['agencyName', agencyId],
      queryFn: () => agencyNames(agencyId),
      staleTime: FRESH_MS,
    })),
    combine: (asked) => new Map(asked.map(({ data }) => [data?.agencyId, data])),
  });
  return {
    source: (id) => nameOf(all.sources.find(({ sourceId }) => sourceId === id)) ?? id,
    agency: (id) => nameOf(agencies.get(id)) ?? id,
    person: (id) =>
      id === 'system' ? texts.system : (all.staff.find(({ staffId }) => staffId === id)?.displayName ?? id),
    sources: all.sources,
  };
}

const nameOf = (found: Pick<FinanceNames['sources'][number], 'names'> | null | undefined) =>
  found && local(found.names);

/** A name, and small behind it the id that files and commands go by. */
export function Named({ name, id }: { name: string; id: string }) {
  return (
    <>
      {name}
      {name === id ? null : <span className="weak small long-text"> {id}</span>}
    </>
  );
}
