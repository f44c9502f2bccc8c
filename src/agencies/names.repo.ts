import type { Manifest } from '../contract/index.ts';
import type { Db, Tx } from '../infra/db/index.ts';
import { MAX_SEARCH_CHARS, searchable, searchablePlaces } from './names.rules.ts';

/** Comes after every other character, in the order of both databases. */
const LAST_CHARACTER = '\u{10ffff}';

/** By which names residents find the agency; by none when it is not live. */
export async function writeNames(tx: Tx, { id, names }: Manifest, isLive: boolean): Promise<void> {
  await tx('agency_names').where({ agency_id: id }).delete();
  const places = isLive ? searchablePlaces(names) : [];
  if (places.length === 0) return;
  await tx('agency_names').insert(places.map((name_from_here) => ({ name_from_here, agency_id: id })));
}

/** Ids of agencies whose name holds a text, as a subquery. */
export function idsNamed(db: Db, search: string) {
  const text = [...searchable(search)].slice(0, MAX_SEARCH_CHARS).join('');
  return db('agency_names')
    .select('agency_id')
    .where('name_from_here', '>=', text)
    .andWhere('name_from_here', '<=', `${text}${LAST_CHARACTER}`);
}
