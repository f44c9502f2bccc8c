import fc from 'fast-check';
import { plainManifest } from '../../test/support/plain-agency.ts';
import { type AgencyListing, type ManifestInput, manifestSchema } from '../contract/index.ts';
import { agencyIdOf, compareCatalogue } from './catalogue.rules.ts';
import type { CarriedAgency, CatalogueEntry } from './catalogue.types.ts';

const BANK = 'some-bank';

function listing(agencyCode: string, more: Partial<AgencyListing> = {}): AgencyListing {
  const {
    id: _,
    connection: __,
    agencyCode: ___,
    costPpm: ____,
    otherRoutes: _____,
    ...rest
  } = plainManifest('any');
  return { ...rest, ...more, agencyCode };
}

const check = (proposed: ManifestInput) => {
  const parsed = manifestSchema.safeParse(proposed);
  return parsed.success
    ? { manifest: parsed.data }
    : {
        problems: parsed.error.issues.map(({ path }) => ({ pointer: `#/${path.join('/')}`, code: 'wrong' })),
      };
};
const compare = (listings: readonly AgencyListing[], carried: readonly CarriedAgency[]) =>
  compareCatalogue(BANK, listings, carried, check);
const shown = (entries: readonly CatalogueEntry[]) =>
  entries.map(({ agencyCode, change, differences }) => [agencyCode, change, differences.length]);

/** What is live after entries were accepted. */
function accept(carried: readonly CarriedAgency[], entries: readonly CatalogueEntry[]): CarriedAgency[] {
  const after = new Map(carried.map((agency) => [agency.agencyId, agency]));
  for (const { agencyId, proposed, problems } of entries) {
    const before = after.get(agencyId);
    if (problems.length > 0) continue;
    if (proposed) after.set(agencyId, { agencyId, manifest: proposed, status: before?.status ?? 'live' });
    else if (before) after.set(agencyId, { ...before, status: 'retired' });
  }
  return [...after.values()];
}

describe('the id of an agency behind a connection', () => {
  it('is a slug, the same each time, and another for each code, connection and generation', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{2,63}$/);
    const code = fc.string({ minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(name, code, name, code, fc.nat({ max: 3 }), (connection, a, other, b, generation) => {
        const id = agencyIdOf(connection, a, generation);
        expect(id).toMatch(/^[a-z][a-z0-9-]{2,63}$/);
        expect(agencyIdOf(connection, a, generation)).toBe(id);
        expect(agencyIdOf(connection, a, generation + 1)).not.toBe(id);
        if (connection !== other || a !== b) expect(agencyIdOf(other, b, generation)).not.toBe(id);
      }),
    );
  });

  it('shows the code where there is something to show', () => {
    expect(agencyIdOf(BANK, 'GD4401WATER1')).toMatch(/^some-bank-gd4401water1-[0-9a-f]{10}$/);
    expect(agencyIdOf(BANK, '水务')).toMatch(/^some-bank-[0-9a-f]{10}$/);
  });
});

describe('a list compared with what is live', () => {
  it('adds what is new, changes what changed by pointer, removes what is gone', () => {
    const first = compare([listing('A'), listing('B')], []);
    expect(shown(first)).toEqual([
      ['A', 'added', 0],
      ['B', 'added', 0],
    ]);
    const carried = accept([], first);
    expect(compare([listing('A'), listing('B')], carried)).toEqual([]);
    const second = compare([listing('A', { paymentLimitMinor: 5 }), listing('C')], carried);
    expect(shown(second)).toEqual([
      ['A', 'changed', 1],
      ['B', 'removed', 0],
      ['C', 'added', 0],
    ]);
    expect(second[0]?.differences).toEqual([{ pointer: '/paymentLimitMinor', before: 1_000_000, after: 5 }]);
    expect(second[0]?.agencyId).toBe(first[0]?.agencyId);
  });

  it('is nothing once everything is accepted, whatever was live before, and never speaks of the retired', () => {
    const codes = fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D', 'E'));
    const limits = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 5, maxLength: 5 });
    const list = fc
      .tuple(codes, limits)
      .map(([chosen, of]) => chosen.map((code, i) => listing(code, { paymentLimitMinor: of[i] ?? 1 })));
    fc.assert(
      fc.property(fc.array(list, { minLength: 1, maxLength: 4 }), (lists) => {
        let carried: CarriedAgency[] = [];
        for (const listings of lists) {
          const before = carried.filter(({ status }) => status === 'retired');
          carried = accept(carried, compare(listings, carried));
          expect(compare(listings, carried)).toEqual([]);
          expect(carried.filter(({ status }) => status === 'live')).toHaveLength(listings.length);
          expect(carried).toEqual(expect.arrayContaining(before));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('keeps what the list does not speak of: our costs, other ways, what was added by hand', () => {
    const [entry] = compare([listing('A')], []);
    if (!entry?.proposed) throw new Error('nothing proposed');
    const otherRoutes = [{ connection: 'direct', costPpm: 0 }];
    const manifest = { ...entry.proposed, costPpm: 300, otherRoutes, dailyLimitMinor: 7 };
    const live: CarriedAgency = { agencyId: entry.agencyId, manifest, status: 'suspended' };
    expect(compare([listing('A')], [live])).toEqual([]);
    const [changed] = compare([listing('A', { servicePhone: '12345' })], [live]);
    expect(changed?.proposed).toMatchObject({ costPpm: 300, otherRoutes, dailyLimitMinor: 7 });
    expect(compare([], [live])).toMatchObject([
      { change: 'removed', problems: [{ code: 'reachable_otherwise' }] },
    ]);
  });

  it('leaves an agency that it is another way to with its own connection', () => {
    const manifest = manifestSchema.parse(
      plainManifest('direct-water', { otherRoutes: [{ connection: BANK, agencyCode: 'W', costPpm: 9 }] }),
    );
    const direct: CarriedAgency = { agencyId: 'direct-water', manifest, status: 'live' };
    expect(shown(compare([listing('W'), listing('A')], [direct]))).toEqual([['A', 'added', 0]]);
    expect(compare([listing('A')], [direct])).toMatchObject([
      { change: 'added' },
      { agencyCode: 'W', change: 'removed', problems: [{ code: 'reachable_otherwise' }] },
    ]);
  });

  it('says of a listing that makes no manifest what is wrong with it', () => {
    const wrong = listing('A', { category: 'FERRY' as never });
    expect(compare([wrong], [])).toMatchObject([{ proposed: null, problems: [{ pointer: '#/category' }] }]);
  });
});
