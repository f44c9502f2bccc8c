import { z } from 'zod';
import type { Accounts } from '../accounts/index.ts';
import type { Agencies } from '../agencies/index.ts';
import type { LocalText } from '../contract/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { RecentValues } from '../kernel/recent-values.ts';
import type { StatementSources } from '../reconciliation/index.ts';
import { defineRoute, type Route } from './route.ts';
import { agencyIdSchema, localTextSchema } from './schemas.ts';

export interface FinanceNamesRoutesOptions {
  agencies: Pick<Agencies, 'listAgencies' | 'getAgency' | 'listChannels'>;
  sources: Pick<StatementSources, 'list'>;
  staff: Pick<Accounts['staffDirectory'], 'colleagues'>;
  clock: Clock;
}

/** There are few sources and people, and many agencies: those are named as they are asked for. */
const MAX_AGENCIES_NAMED = 100;
const agenciesQuery = z.object({
  ids: z
    .string()
    .max(MAX_AGENCIES_NAMED * 65)
    .transform((text) => [...new Set(text.split(','))])
    .pipe(z.array(agencyIdSchema).min(1).max(MAX_AGENCIES_NAMED))
    .describe(`Ids of agencies, with commas, at most ${MAX_AGENCIES_NAMED}`),
});

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
    staff: z
      .array(z.object({ staffId: z.string(), displayName: z.string() }))
      .describe('Our own people, also those who have left'),
  })
  .meta({ id: 'FinanceNames' });

const agencyNamesSchema = z
  .object({ items: z.array(z.object({ agencyId: z.string(), names: localTextSchema })) })
  .meta({ id: 'AgencyNames' });

const common = {
  method: 'get',
  tag: 'reconciliation',
  access: 'financeOrOperator',
  idempotency: 'none',
  problems: [],
} as const;

/** What the ids in finance's lists and reports are called: asked for once, and not with every line. */
export function financeNamesRoutes({ agencies, sources, staff, clock }: FinanceNamesRoutesOptions): Route[] {
  const carried = new RecentValues(() => carriedNames(agencies), clock, CARRIED_FRESH_MS, 1);
  return [
    defineRoute({
      ...common,
      path: '/v1/finance-names',
      operationId: 'getFinanceNames',
      summary: 'What sources and our own people are called',
      request: {},
      responses: { 200: { description: 'As they were called within the last minute', schema: namesSchema } },
      handler: async () => {
        const byConnection = await carried.get('all');
        const channels = new Map(
          (await agencies.listChannels()).map(({ channelId, names }) => [channelId, names]),
        );
        const people = await staff.colleagues();
        const named = (await sources.list()).map(({ sourceId, role }) => {
          const names = channels.get(sourceId) ?? nameOfAll(byConnection.get(sourceId), sourceId);
          return { sourceId, role, names };
        });
        const colleagues = people.map(({ staffId, displayName }) => ({ staffId, displayName }));
        return { status: 200, body: { sources: named, staff: colleagues } };
      },
    }),
    defineRoute({
      ...common,
      path: '/v1/finance-names/agencies',
      operationId: 'getAgencyNames',
      summary: 'What some agencies are called, also those that are not live any more',
      request: { query: agenciesQuery },
      responses: { 200: { description: 'Those that there are', schema: agencyNamesSchema } },
      handler: async ({ query: { ids } }) => {
        const found = await Promise.all(ids.map((agencyId) => agencies.getAgency(agencyId)));
        const items = found.flatMap((agency) =>
          agency ? [{ agencyId: agency.agencyId, names: agency.manifest.names }] : [],
        );
        return { status: 200, body: { items } };
      },
    }),
  ];
}

const AGENCIES_A_PAGE = 200;
/** Telling what connections carry reads every live agency. */
const CARRIED_FRESH_MS = 60_000;
const NAMED = 2;

/** The agencies that a connection carries: the first ones, and how many. */
interface Carried {
  first: LocalText[];
  count: number;
}

async function carriedNames({
  listAgencies,
}: FinanceNamesRoutesOptions['agencies']): Promise<Map<string, Carried>> {
  const carried = new Map<string, Carried>();
  let cursor: string | undefined;
  do {
    const page = await listAgencies({ limit: AGENCIES_A_PAGE, ...(cursor && { cursor }) });
    for (const { manifest } of page.items) {
      for (const { connection } of [manifest, ...manifest.otherRoutes]) {
        const { first, count } = carried.get(connection) ?? { first: [], count: 0 };
        carried.set(connection, { first: [...first, manifest.names].slice(0, NAMED), count: count + 1 });
      }
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return carried;
}

/** A connection has no name of its own: it is called after those that it carries, the first two where there are many. */
function nameOfAll(carried: Carried | undefined, otherwise: string): LocalText {
  if (!carried) return { 'zh-CN': otherwise, en: otherwise };
  const { first, count } = carried;
  const more = count - first.length;
  return {
    'zh-CN': `${first.map((name) => name['zh-CN']).join('、')}${more > 0 ? `等 ${count} 家` : ''}`,
    en: `${first.map((name) => name.en).join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
  };
}
