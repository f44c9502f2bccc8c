import { z } from 'zod';
import type { Agencies } from '../agencies/index.ts';
import type { SavedAccount, SavedAccounts } from '../households/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { agencySummaryOf, agencySummarySchema } from './agencies.schemas.ts';
import { holderOf } from './billing.presenter.ts';
import { holderSchema, inputsSchema } from './billing.schemas.ts';
import { defineRoute, type Route, signedInCaller } from './route.ts';
import { idSchema, pageOf } from './schemas.ts';

const label = z.string().trim().max(30).describe('What its owner calls it, such as 爸妈家; may be empty');

const newAccountBody = z.strictObject({
  agencyId: z.string().max(64),
  inputs: inputsSchema,
  label: label.optional(),
});

const savedAccountSchema = z
  .object({
    savedAccountId: z.string(),
    agency: agencySummarySchema,
    label,
    maskedAccount: z.string(),
    holder: holderSchema.nullable().describe('Null when the agency could not be asked yet'),
  })
  .meta({ id: 'SavedAccount' });

const params = z.object({ savedAccountId: idSchema('sav') });

export interface HouseholdsRoutesOptions {
  savedAccounts: SavedAccounts;
  agencies: Pick<Agencies, 'getAgency'>;
}

/** The accounts a resident keeps at hand. */
export function householdsRoutes(options: HouseholdsRoutesOptions): Route[] {
  return [...collectionRoutes(options), ...itemRoutes(options)];
}

const common = { tag: 'saved accounts', access: 'resident', idempotency: 'none' } as const;

function collectionRoutes({ savedAccounts, agencies }: HouseholdsRoutesOptions): Route[] {
  return [
    defineRoute({
      ...common,
      method: 'get',
      path: '/v1/saved-accounts',
      operationId: 'listSavedAccounts',
      summary: 'One’s own saved accounts, oldest first',
      request: {},
      responses: { 200: { description: 'All of them: there are few', schema: pageOf(savedAccountSchema) } },
      problems: [],
      handler: async ({ caller }) => {
        const accounts = await savedAccounts.list(signedInCaller(caller).userId);
        const items = await Promise.all(accounts.map((account) => shown(agencies, account)));
        return { status: 200, body: { items, nextCursor: null } };
      },
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/saved-accounts',
      operationId: 'saveAccount',
      summary: 'Keep an account at hand',
      description:
        'The agency is asked whether it knows the account. One that is kept already is answered as it is.',
      request: { body: newAccountBody },
      responses: { 201: { description: 'It is kept', schema: savedAccountSchema } },
      problems: [
        'agency_not_found',
        'agency_has_no_bills',
        'inputs_invalid',
        'account_not_found',
        'too_many_saved_accounts',
      ],
      handler: async ({ body, caller }) => {
        const account = await savedAccounts.add(signedInCaller(caller).userId, body);
        return { status: 201, body: await shown(agencies, account) };
      },
    }),
  ];
}

function itemRoutes({ savedAccounts, agencies }: HouseholdsRoutesOptions): Route[] {
  const problems = ['saved_account_not_found'];
  const path = '/v1/saved-accounts/{savedAccountId}';
  return [
    defineRoute({
      ...common,
      method: 'patch',
      path,
      operationId: 'renameSavedAccount',
      summary: 'Call a saved account something else',
      request: { params, body: z.strictObject({ label }) },
      responses: { 200: { description: 'Under its new name', schema: savedAccountSchema } },
      problems,
      handler: async ({ params: { savedAccountId }, body, caller }) => {
        const account = await savedAccounts.rename(signedInCaller(caller).userId, savedAccountId, body.label);
        return { status: 200, body: await shown(agencies, account) };
      },
    }),
    defineRoute({
      ...common,
      method: 'delete',
      path,
      operationId: 'removeSavedAccount',
      summary: 'Keep an account no longer',
      request: { params },
      responses: { 204: { description: 'It is gone from the list; payments stay in the history' } },
      problems,
      handler: async ({ params: { savedAccountId }, caller }) => {
        await savedAccounts.remove(signedInCaller(caller).userId, savedAccountId);
        return { status: 204 };
      },
    }),
  ];
}

async function shown(
  agencies: HouseholdsRoutesOptions['agencies'],
  { savedAccountId, agencyId, label, maskedAccount, holder }: SavedAccount,
): Promise<z.input<typeof savedAccountSchema>> {
  const agency = await agencies.getAgency(agencyId);
  if (!agency) throw new DomainError('notFound', 'agency_not_found');
  return {
    savedAccountId,
    agency: agencySummaryOf(agency),
    label,
    maskedAccount,
    holder: holder && holderOf(holder),
  };
}
