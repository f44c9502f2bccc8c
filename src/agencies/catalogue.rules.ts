import { createHash } from 'node:crypto';
import type { AgencyListing, LocalText, Manifest, ManifestInput } from '../contract/index.ts';
import type { FieldProblem } from '../kernel/errors.ts';
import type { CarriedAgency, CatalogueEntry } from './catalogue.types.ts';
import { differences } from './onboarding/onboarding.rules.ts';

const CONNECTION_CHARS = 28;
const CODE_CHARS = 20;
const HASH_CHARS = 10;

/** A manifest, or what is wrong with it. */
export type Checked = { manifest: Manifest } | { problems: readonly FieldProblem[] };

/**
 * The id of an agency behind a connection: the same whenever it is made, and another one for every code of every
 * connection. `generation` counts those of the code that were retired: what is retired stays so, and one that is listed again
 * is a new agency.
 */
export function agencyIdOf(connectionId: string, agencyCode: string, generation = 0): string {
  const hash = createHash('sha256').update(`${connectionId}\n${agencyCode}`).digest('hex');
  const parts = [connectionId.slice(0, CONNECTION_CHARS), slugOf(agencyCode), hash.slice(0, HASH_CHARS)];
  const id = parts.filter((part) => part !== '').join('-');
  return generation === 0 ? id : `${id}-${generation + 1}`;
}

/** What a person may still recognise of a code. */
function slugOf(agencyCode: string): string {
  return agencyCode
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, CODE_CHARS)
    .replace(/^-+|-+$/g, '');
}

/**
 * The manifest that a listing asks for. What a listing doesn't speak of stays as it is live: our costs and other ways, and whatever was
 * added by hand.
 */
export function proposalOf(
  listing: AgencyListing,
  connectionId: string,
  agencyId: string,
  live: Manifest | null,
): ManifestInput {
  return { ...live, ...listing, id: agencyId, connection: connectionId };
}

/**
 * What differs between a list and what of the connection is live, by code. `carried` are the agencies of the connection,
 * and those that it is another way to: these are looked after with their own connection.
 */
export function compareCatalogue(
  connectionId: string,
  listings: readonly AgencyListing[],
  carried: readonly CarriedAgency[],
  check: (proposed: ManifestInput) => Checked,
): CatalogueEntry[] {
  const own = carried.filter(({ manifest }) => manifest.connection === connectionId);
  const liveByCode = new Map(own.filter(isKept).map((agency) => [agency.manifest.agencyCode, agency]));
  const elsewhere = new Map(
    carried
      .filter(isKept)
      .flatMap((agency) =>
        agency.manifest.otherRoutes
          .filter((route) => route.connection === connectionId)
          .map(({ agencyCode }) => [agencyCode, agency] as const),
      ),
  );
  const isListed = new Set(listings.map(({ agencyCode }) => agencyCode));
  const listed = listings.flatMap((listing): CatalogueEntry[] => {
    const live = liveByCode.get(listing.agencyCode) ?? null;
    if (!live && elsewhere.has(listing.agencyCode)) return [];
    const retired = own.filter(({ manifest }) => manifest.agencyCode === listing.agencyCode).length;
    const agencyId = live?.agencyId ?? agencyIdOf(connectionId, listing.agencyCode, retired);
    return entryOf(
      listing,
      agencyId,
      live,
      check(proposalOf(listing, connectionId, agencyId, live?.manifest ?? null)),
    );
  });
  const isGone = ([agencyCode]: readonly [string | undefined, CarriedAgency]) =>
    agencyCode !== undefined && !isListed.has(agencyCode);
  const removed = [
    ...[...liveByCode].filter(isGone).map(([code = '', agency]) => removalOf(code, agency)),
    ...[...elsewhere].filter(isGone).map(([code = '', agency]) => removalOf(code, agency)),
  ];
  return [...listed, ...removed].sort((a, b) => (a.agencyCode < b.agencyCode ? -1 : 1));
}

function entryOf(
  listing: AgencyListing,
  agencyId: string,
  live: CarriedAgency | null,
  checked: Checked,
): CatalogueEntry[] {
  const { agencyCode } = listing;
  const change = live ? 'changed' : 'added';
  if ('problems' in checked) {
    const names = localTextOf(listing.names, agencyCode);
    const { problems } = checked;
    return [{ agencyCode, agencyId, names, change, differences: [], problems, proposed: null }];
  }
  const { manifest } = checked;
  const found = live ? differences(live.manifest, manifest) : [];
  if (live && found.length === 0) return [];
  const { names } = manifest;
  return [{ agencyCode, agencyId, names, change, differences: found, problems: [], proposed: manifest }];
}

/** An agency that has another way is not retired for having lost one: somebody takes the lost one out of its manifest. */
function removalOf(agencyCode: string, { agencyId, manifest }: CarriedAgency): CatalogueEntry {
  const { names, otherRoutes } = manifest;
  const problems = otherRoutes.length > 0 ? [{ pointer: '#/otherRoutes', code: 'reachable_otherwise' }] : [];
  return { agencyCode, agencyId, names, change: 'removed', differences: [], problems, proposed: null };
}

function isKept({ status }: CarriedAgency): boolean {
  return status !== 'retired';
}

/** Names that may be anything, since the listing is wrong. */
function localTextOf(names: unknown, otherwise: string): LocalText {
  const { 'zh-CN': zh, en } = (names ?? {}) as Record<string, unknown>;
  return {
    'zh-CN': typeof zh === 'string' ? zh : otherwise,
    en: typeof en === 'string' ? en : otherwise,
  };
}
