import { useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '../../api/client.ts';
import type { FinanceNames } from '../../api/types.ts';
import { local } from '../../format.ts';
import { useBreakTexts } from './texts-breaks.ts';

/** Agencies and people seldom change their names. */
const FRESH_MS = 5 * 60_000;

interface Names {
  /** The channel's name, or those of the agencies whose files a source brings. */
  source(sourceId: string): string;
  agency(agencyId: string): string;
  person(staffId: string): string;
  all: FinanceNames;
}

const NONE: FinanceNames = { sources: [], agencies: [], staff: [] };

/** What ids are called; the id itself while that is being asked, and where nobody knows. */
export function useNames(): Names {
  const texts = useBreakTexts();
  const all =
    useQuery({
      queryKey: ['financeNames'],
      queryFn: async ({ signal }) => bodyOf(await api.GET('/v1/finance-names', { signal })),
      staleTime: FRESH_MS,
    }).data ?? NONE;
  return {
    source: (id) => nameOf(all.sources.find(({ sourceId }) => sourceId === id)) ?? id,
    agency: (id) => nameOf(all.agencies.find(({ agencyId }) => agencyId === id)) ?? id,
    person: (id) =>
      id === 'system' ? texts.system : (all.staff.find(({ staffId }) => staffId === id)?.displayName ?? id),
    all,
  };
}

const nameOf = (found: FinanceNames['sources'][number] | FinanceNames['agencies'][number] | undefined) =>
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
