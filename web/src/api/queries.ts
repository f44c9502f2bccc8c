import {
  infiniteQueryOptions,
  MutationCache,
  QueryCache,
  QueryClient,
  queryOptions,
  useQuery,
} from '@tanstack/react-query';
import { api, bodyOf, keepCsrfToken } from './client.ts';
import { ApiProblem } from './problem.ts';
import type { Category, Money, Payment, SavedAccount } from './types.ts';

/** How long an answer about money is shown without asking again. */
const FRESH_MS = 30_000;

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSignedOut }),
  mutationCache: new MutationCache({ onError: noticeSignedOut }),
  defaultOptions: {
    queries: {
      // Offline is shown as what it is, not as endless waiting.
      networkMode: 'always',
      staleTime: FRESH_MS,
      retry: (failures, error) =>
        failures < 2 && error instanceof ApiProblem && error.retryable && !isThrottled(error),
    },
    mutations: { networkMode: 'always' },
  },
});

/** Signed out elsewhere, or the session ran out: the guard then asks to sign in. */
function noticeSignedOut(error: Error): void {
  if (error instanceof ApiProblem && error.status === 401) void refreshSession();
}

function isThrottled(problem: ApiProblem): boolean {
  return problem.status === 429;
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => {
    const session = bodyOf(await api.GET('/v1/session', { signal }));
    keepCsrfToken(session.csrfToken);
    return session;
  },
  staleTime: 5 * 60_000,
});

function refreshSession(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
}

/** After signing in or out: nothing that the one before saw may be left. */
export async function startOver(): Promise<void> {
  queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
  await queryClient.refetchQueries({ queryKey: sessionQuery.queryKey });
}

export const regionsQuery = queryOptions({
  queryKey: ['regions'],
  queryFn: async ({ signal }) => bodyOf(await api.GET('/v1/regions', { signal })).items,
  staleTime: 10 * 60_000,
});

/** Agencies of a place; `search` is part of a name, empty for all. */
export function agenciesQuery(region: string, category: Category | null, search: string) {
  return infiniteQueryOptions({
    queryKey: ['agencies', region, category, search],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        region,
        limit: 50,
        ...(category ? { category } : {}),
        ...(search ? { search } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
      };
      return bodyOf(await api.GET('/v1/agencies', { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    staleTime: 10 * 60_000,
  });
}

export function agencyQuery(agencyId: string) {
  return queryOptions({
    queryKey: ['agency', agencyId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET('/v1/agencies/{agencyId}', { params: { path: { agencyId } }, signal })),
    // Whether it is open now goes stale.
    staleTime: 60_000,
  });
}

export const savedAccountsQuery = queryOptions({
  queryKey: ['savedAccounts'],
  queryFn: async ({ signal }): Promise<SavedAccount[]> => [
    ...bodyOf(await api.GET('/v1/saved-accounts', { signal })).items,
  ],
});

export function billsQuery(savedAccountId: string) {
  return queryOptions({
    queryKey: ['bills', savedAccountId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.POST('/v1/bill-queries', { body: { savedAccountId }, signal })),
  });
}

/** What is owed on an account that is not saved. What was typed stays in memory, and only while it is looked at. */
export function typedBillsQuery(agencyId: string, inputs: Readonly<Record<string, string>>) {
  return queryOptions({
    queryKey: ['bills', agencyId, inputs],
    queryFn: async ({ signal }) =>
      bodyOf(await api.POST('/v1/bill-queries', { body: { agencyId, inputs: { ...inputs } }, signal })),
    gcTime: FRESH_MS,
  });
}

/** What a payment would cost in all; holds while it is looked at. */
export function quoteQuery(order: ChosenPart) {
  return queryOptions({
    queryKey: ['quote', order],
    queryFn: async ({ signal }) =>
      bodyOf(
        await api.POST('/v1/payment-quotes', { body: { ...order, billIds: [...order.billIds] }, signal }),
      ),
    gcTime: FRESH_MS,
  });
}

export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: async ({ signal }) => bodyOf(await api.GET('/v1/channels', { signal })).items,
  staleTime: 10 * 60_000,
});

export const paymentsQuery = infiniteQueryOptions({
  queryKey: ['payments'],
  initialPageParam: undefined as string | undefined,
  queryFn: async ({ pageParam, signal }) => {
    const query = { limit: 20, ...(pageParam ? { cursor: pageParam } : {}) };
    return bodyOf(await api.GET('/v1/payments', { params: { query }, signal }));
  },
  getNextPageParam: (page) => page.nextCursor ?? undefined,
});

export function paymentQuery(paymentId: string) {
  return queryOptions({
    queryKey: ['payment', paymentId],
    queryFn: async ({ signal }): Promise<Payment> =>
      bodyOf(await api.GET('/v1/payments/{paymentId}', { params: { path: { paymentId } }, signal })),
  });
}

/** Objections to a payment, newest first. */
export function disputesQuery(paymentId: string) {
  return queryOptions({
    queryKey: ['disputes', paymentId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET('/v1/payments/{paymentId}/disputes', { params: { path: { paymentId } }, signal }))
        .items,
  });
}

export function receiptQuery(paymentId: string) {
  return queryOptions({
    queryKey: ['receipt', paymentId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET('/v1/payments/{paymentId}/receipt', { params: { path: { paymentId } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** What is owed and what is being paid has changed: ask again when it is next shown. */
export function forgetMoney(): void {
  for (const key of ['bills', 'payments']) void queryClient.invalidateQueries({ queryKey: [key] });
}

/** What of a query is to be paid: bills, a plan, or an amount towards the account. */
export interface ChosenPart {
  queryId: string;
  billIds: readonly string[];
  planId?: string;
  amount: Money;
}

/** Who is signed in; `undefined` while that is being asked. */
export function useSession() {
  return useQuery(sessionQuery);
}
