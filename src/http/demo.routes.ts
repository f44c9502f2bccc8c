import { z } from 'zod';
import type { LocalText } from '../contract/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { defineRoute, type Route } from './route.ts';
import { localTextSchema } from './schemas.ts';

/** An account to try, and what it is for. */
export interface DemoAccount {
  agencyId: string;
  /** By the names of the agency's input fields. */
  inputs: Readonly<Record<string, string>>;
  about: LocalText;
}

/** What the sandbox power company lets anybody do in a demo. */
export interface DemoPowerAgency {
  /** The customers it was born with, and what each is for trying out. */
  customers(): Promise<readonly DemoAccount[]>;
  /** Issues another bill for a customer; false when there is no such customer. */
  issueBill(accountNumber: string): Promise<boolean>;
}

const accountNumber = z.string().regex(/^\d{13}$/);

/** Routes that exist in a demo only. `others` are accounts at the other agencies of the city. */
export function demoRoutes(powerAgency: DemoPowerAgency, others: readonly DemoAccount[]): Route[] {
  const common = { tag: 'demo', access: 'public', idempotency: 'none' } as const;
  return [
    defineRoute({
      ...common,
      method: 'get',
      path: '/v1/demo/accounts',
      operationId: 'listDemoAccounts',
      summary: 'Accounts to try, in a demo',
      request: { query: z.object({ agencyId: z.string().max(64).optional() }) },
      responses: {
        200: {
          description: 'Of one agency, or of all',
          schema: z.object({
            items: z.array(
              z.object({
                agencyId: z.string(),
                inputs: z.record(z.string(), z.string()),
                about: localTextSchema,
              }),
            ),
          }),
        },
      },
      problems: [],
      handler: async ({ query: { agencyId } }) => {
        const all = [...(await powerAgency.customers()), ...others];
        const items = agencyId ? all.filter((account) => account.agencyId === agencyId) : all;
        return { status: 200, body: { items } };
      },
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/demo/bills',
      operationId: 'issueDemoBill',
      summary: 'Make the sandbox power company issue another bill, in a demo',
      request: { body: z.strictObject({ accountNumber }) },
      responses: { 204: { description: 'There is something to pay again' } },
      problems: ['demo_account_not_found'],
      handler: async ({ body }) => {
        if (await powerAgency.issueBill(body.accountNumber)) return { status: 204 };
        throw new DomainError('notFound', 'demo_account_not_found');
      },
    }),
  ];
}
