import { z } from 'zod';
import type { Accounts } from '../accounts/index.ts';
import type { Agencies, Agency } from '../agencies/index.ts';
import type { LocalText } from '../contract/index.ts';
import type { StatementSources } from '../reconciliation/index.ts';
import type { SettlementOffice } from '../settlement/index.ts';
import { defineRoute, type Route } from './route.ts';
import { localTextSchema } from './schemas.ts';

export interface FinanceNamesRoutesOptions {
  agencies: Pick<Agencies, 'listAgencies' | 'getAgency' | 'listChannels'>;
  sources: Pick<StatementSources, 'list'>;
  terms: Pick<SettlementOffice['terms'], 'list'>;
  staff: Pick<Accounts['staffDirectory'], 'colleagues'>;
}

const namesSchema = z
  .object({
    sources: z
      .array(
        z.object({
          sourceId: z.string(),
          role: z.enum(['channel', 'agency']),
          names: localTextSchema.describe('The channel’s, or of the agencies whose files it brings'),
        }),
      )
      .describe('By id'),
    agencies: z
      .array(z.object({ agencyId: z.string(), names: localTextSchema }))
      .describe('All that are live, and all that were ever given terms; by id'),
    staff: z
      .array(z.object({ staffId: z.string(), displayName: z.string() }))
      .describe('Our own people, also those who have left'),
  })
  .meta({ id: 'FinanceNames' });

/** What the ids in finance's lists and reports are called: asked for once, and not with every line. */
export function financeNamesRoutes(options: FinanceNamesRoutesOptions): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/finance-names',
      operationId: 'getFinanceNames',
      tag: 'reconciliation',
      summary: 'What sources, agencies and our own people are called',
      access: 'financeOrOperator',
      idempotency: 'none',
      request: {},
      responses: { 200: { description: 'As they are called now', schema: namesSchema } },
      problems: [],
      handler: async () => ({ status: 200, body: await namesOf(options) }),
    }),
  ];
}

async function namesOf({ agencies, sources, terms, staff }: FinanceNamesRoutesOptions) {
  const known = await knownAgencies(agencies, await terms.list({}));
  const carried = agenciesByConnection(known);
  const channels = new Map((await agencies.listChannels()).map(({ channelId, names }) => [channelId, names]));
  const people = await staff.colleagues();
  return {
    sources: (await sources.list()).map(({ sourceId, role }) => {
      const names = channels.get(sourceId) ?? nameOfAll(carried.get(sourceId) ?? [], sourceId);
      return { sourceId, role, names };
    }),
    agencies: known.map(({ agencyId, manifest }) => ({ agencyId, names: manifest.names })),
    staff: people.map(({ staffId, displayName }) => ({ staffId, displayName })),
  };
}

const AGENCIES_A_PAGE = 200;

/** Live agencies, and those that are not any more and yet have to be paid. */
async function knownAgencies(
  { listAgencies, getAgency }: FinanceNamesRoutesOptions['agencies'],
  terms: readonly { agencyId: string }[],
): Promise<Agency[]> {
  const known = new Map<string, Agency>();
  let cursor: string | undefined;
  do {
    const page = await listAgencies({ limit: AGENCIES_A_PAGE, ...(cursor && { cursor }) });
    for (const agency of page.items) known.set(agency.agencyId, agency);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  for (const { agencyId } of terms) {
    const agency = known.has(agencyId) ? null : await getAgency(agencyId);
    if (agency) known.set(agencyId, agency);
  }
  return [...known.values()].sort((a, b) => (a.agencyId < b.agencyId ? -1 : 1));
}

function agenciesByConnection(agencies: readonly Agency[]): Map<string, LocalText[]> {
  const carried = new Map<string, LocalText[]>();
  for (const { manifest } of agencies) {
    for (const { connection } of [manifest, ...manifest.otherRoutes]) {
      carried.set(connection, [...(carried.get(connection) ?? []), manifest.names]);
    }
  }
  return carried;
}

const NAMED = 2;

/** A connection has no name of its own: it is called after those that it carries, the first two where there are many. */
function nameOfAll(names: readonly LocalText[], otherwise: string): LocalText {
  if (names.length === 0) return { 'zh-CN': otherwise, en: otherwise };
  const first = names.slice(0, NAMED);
  const more = names.length - first.length;
  return {
    'zh-CN': `${first.map((name) => name['zh-CN']).join('、')}${more > 0 ? `等 ${names.length} 家` : ''}`,
    en: `${first.map((name) => name.en).join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
  };
}
