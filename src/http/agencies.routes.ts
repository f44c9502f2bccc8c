import { z } from 'zod';
import type { Agencies } from '../agencies/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { DomainError } from '../kernel/errors.ts';
import {
  agencyOf,
  agencyQuery,
  agencySchema,
  agencySummaryOf,
  agencySummarySchema,
  regionsSchema,
} from './agencies.schemas.ts';
import { defineRoute, type Route } from './route.ts';
import { pageOf } from './schemas.ts';

export interface AgenciesRoutesOptions {
  agencies: Pick<Agencies, 'listRegions' | 'listAgencies' | 'getAgency'>;
  clock: Clock;
}

/** Which agencies there are, and what each needs to know. */
export function agenciesRoutes({ agencies, clock }: AgenciesRoutesOptions): Route[] {
  const common = { method: 'get', tag: 'agencies', access: 'public', idempotency: 'none' } as const;
  return [
    defineRoute({
      ...common,
      path: '/v1/regions',
      operationId: 'listRegions',
      summary: 'Places that have agencies',
      request: {},
      responses: { 200: { description: 'All of them, by code', schema: regionsSchema } },
      problems: [],
      handler: async () => ({ status: 200, body: { items: await agencies.listRegions() } }),
    }),
    defineRoute({
      ...common,
      path: '/v1/agencies',
      operationId: 'listAgencies',
      summary: 'Agencies of a place, of a category, by part of a name, or all',
      request: { query: agencyQuery },
      responses: { 200: { description: 'One page, by id', schema: pageOf(agencySummarySchema) } },
      problems: ['cursor_invalid'],
      handler: async ({ query }) => {
        const { items, nextCursor } = await agencies.listAgencies(query);
        return { status: 200, body: { items: items.map(agencySummaryOf), nextCursor } };
      },
    }),
    defineRoute({
      ...common,
      path: '/v1/agencies/{agencyId}',
      operationId: 'getAgency',
      summary: 'An agency: what to type, how its bills may be paid, whether it is open',
      request: { params: z.object({ agencyId: z.string().max(64) }) },
      responses: { 200: { description: 'As it is live now', schema: agencySchema } },
      problems: ['agency_not_found'],
      handler: async ({ params }) => {
        const agency = await agencies.getAgency(params.agencyId);
        if (!agency) throw new DomainError('notFound', 'agency_not_found');
        return { status: 200, body: agencyOf(agency, clock.nowMs()) };
      },
    }),
  ];
}
