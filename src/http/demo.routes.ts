import { z } from 'zod';
import type { LocalText } from '../contract/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { defineRoute, type Route } from './route.ts';
import { localTextSchema } from './schemas.ts';

/** What the sandbox power company lets anybody do in a demo. */
export interface DemoPowerAgency {
  /** The customers it was born with, and what each is for trying out. */
  customers(): Promise<readonly { accountNumber: string; about: LocalText }[]>;
  /** Issues another bill for a customer; false when there is no such customer. */
  issueBill(accountNumber: string): Promise<boolean>;
}

const accountNumber = z.string().regex(/^\d{13}$/);

/** Routes that exist in a demo only. */
export function demoRoutes(powerAgency: DemoPowerAgency): Route[] {
  const common = { tag: 'demo', access: 'public', idempotency: 'none' } as const;
  return [
    defineRoute({
      ...common,
      method: 'get',
      path: '/v1/demo/accounts',
      operationId: 'listDemoAccounts',
      summary: 'Account numbers to try, in a demo',
      request: {},
      responses: {
        200: {
          description: 'The sandbox power company’s customers',
          schema: z.object({ items: z.array(z.object({ accountNumber, about: localTextSchema })) }),
        },
      },
      problems: [],
      handler: async () => ({ status: 200, body: { items: await powerAgency.customers() } }),
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
