import { z } from 'zod';
import { businessDateOf } from '../../src/kernel/business-date.ts';
import { formatMinor, parseMinor, sumMinor } from '../../src/kernel/money.ts';
import type { BookedPayment, BookedUndoing, UndoRefusal } from '../support/agency-books.ts';
import { accountOf, type Customer, type PlatformBooks, unpaid } from './books.ts';
import type { ErrorCode, Reply } from './protocol.ts';
import { NUMBERINGS, type Tenant } from './tenants.ts';

/** The platform's day ends at midnight. */
export const CUT_OFF = { timeZone: 'Asia/Shanghai', cutOff: '00:00' } as const;
/** How long a payment is "being processed" when that is the fault asked for. */
export const PROCESSING_MS = 5_000;
const INVALID = refusal(-32_602);

const yuan = z.string().regex(/^\d{1,9}\.\d{2}$/);
const reference = z.string().regex(/^[\w-]{1,32}$/);
const aboutAccount = z.object({ tenantId: z.string(), fields: z.record(z.string(), z.string()) });
const payParams = aboutAccount.extend({
  reference,
  amount: yuan,
  paidAt: z.iso.datetime(),
  bills: z
    .array(z.object({ billId: z.string(), amount: yuan }))
    .min(1)
    .max(36),
});
const refundParams = z.object({ reference, paymentReference: z.string(), amount: yuan });

/** What the methods work on. */
export interface Platform {
  books: PlatformBooks;
  tenants: readonly Tenant[];
}

export function refusal(code: ErrorCode, data?: object): Reply {
  return { error: { code, ...(data && { data }) } };
}

/** One page of the tenants, by id, from behind a cursor on. `etag` is that of the whole list. */
export function listTenants(tenants: readonly Tenant[], etag: string, params: unknown): Reply {
  const parsed = z.object({ cursor: z.string().nullish(), limit: z.int().min(1).max(50) }).safeParse(params);
  if (!parsed.success) return INVALID;
  const { cursor, limit } = parsed.data;
  const rest = tenants.filter(({ tenantId }) => !cursor || tenantId > cursor);
  const items = rest.slice(0, limit);
  const nextCursor = rest.length > limit ? items.at(-1)?.tenantId : null;
  return { result: { etag, items, nextCursor } };
}

function accountIn(
  { books, tenants }: Platform,
  { tenantId, fields }: z.output<typeof aboutAccount>,
): { tenant: Tenant; customer: Customer } | ErrorCode {
  const tenant = tenants.find((candidate) => candidate.tenantId === tenantId);
  if (!tenant) return 1002;
  const number = fields[tenant.accountField] ?? '';
  const isNumber = NUMBERINGS[tenantId]?.isNumber(number) === true;
  const customer = isNumber ? books.customer(accountOf(tenantId, number)) : undefined;
  const isNamed = fields.studentName === undefined || fields.studentName === customer?.name;
  return customer && isNamed ? { tenant, customer } : 1001;
}

export function queryBills(platform: Platform, params: unknown, queryId: string): Reply {
  const parsed = aboutAccount.safeParse(params);
  if (!parsed.success) return INVALID;
  const found = accountIn(platform, parsed.data);
  if (typeof found === 'number') return refusal(found);
  const bills = unpaid(platform.books, found.customer.accountNo).map(
    ({ billNo, period, title, amountFen, dueDate }) => ({
      billId: billNo,
      period: `${period.slice(0, 4)}-${period.slice(4)}`,
      title,
      amount: yuanOf(amountFen),
      dueDate,
    }),
  );
  return { result: { queryId, payer: maskedName(found.customer), bills } };
}

/** How a payment is to be treated: as it deserves, or as a fault would have it. */
export type PayMode = 'post' | 'process' | 'refuse';

/** Once per reference; a refusal is written down under it too. */
export function pay(platform: Platform, nowMs: number, params: unknown, mode: PayMode): Reply {
  const parsed = payParams.safeParse(params);
  if (!parsed.success) return INVALID;
  const request = parsed.data;
  const { books } = platform;
  if (books.payment(request.reference)) return refusal(2004);
  const found = accountIn(platform, request);
  const code =
    mode === 'refuse' ? 2007 : typeof found === 'number' ? found : whyRefused(books, found, request);
  const payment = books.addPayment({
    reference: request.reference,
    accountNo: typeof found === 'number' ? request.tenantId : found.customer.accountNo,
    paidAtMs: Date.parse(request.paidAt),
    amountFen: fenOf(request.amount),
    details: code
      ? []
      : request.bills.map(({ billId, amount }) => ({ billNo: billId, amountFen: fenOf(amount) })),
    state: code ? 'refused' : mode === 'process' ? 'processing' : 'posted',
    refusedCode: code ? String(code) : null,
    postedAtMs: code ? null : mode === 'process' ? nowMs + PROCESSING_MS : nowMs,
  });
  return code ? refusal(code) : { result: paymentOf(payment) };
}

function whyRefused(
  books: PlatformBooks,
  { tenant, customer: { accountNo } }: { tenant: Tenant; customer: Customer },
  { amount, bills }: z.output<typeof payParams>,
): ErrorCode | null {
  if (new Set(bills.map(({ billId }) => billId)).size < bills.length) return 2003;
  for (const { billId, amount: paid } of bills) {
    const bill = books.bill(billId);
    if (bill?.accountNo !== accountNo) return 2003;
    if (books.paidTowards(billId).length > 0) return 2002;
    if (bill.amountFen !== fenOf(paid)) return 2001;
  }
  if (sumMinor(bills.map((bill) => fenOf(bill.amount))) !== fenOf(amount)) return 2001;
  if (fenOf(amount) > fenOf(tenant.maxAmount)) return 2006;
  const oldest = unpaid(books, accountNo).slice(0, bills.length);
  const isOldest = oldest.every(({ billNo }) => bills.some(({ billId }) => billId === billNo));
  return tenant.billChoice === 'OLDEST_FIRST' && !isOldest ? 2008 : null;
}

export function getPayment({ books }: Platform, params: unknown): Reply {
  const parsed = z.object({ reference: z.string() }).safeParse(params);
  if (!parsed.success) return INVALID;
  const payment = books.payment(parsed.data.reference);
  return payment ? { result: paymentOf(payment) } : refusal(2005);
}

export function paymentOf({
  reference,
  agencyReference,
  amountFen,
  state,
  postedAtMs,
  refusedCode,
}: BookedPayment) {
  return {
    reference,
    paymentId: agencyReference,
    amount: yuanOf(amountFen),
    status: state,
    at: postedAtMs === null ? null : new Date(postedAtMs).toISOString(),
    ...(refusedCode && { errorCode: Number(refusedCode) }),
  };
}

const UNDO_REFUSALS: Record<UndoRefusal, ErrorCode> = {
  noSuchPayment: 4001,
  amountDiffers: 2001,
  alreadyUndone: 4002,
  dayIsNotOver: 4003,
  dayIsOver: 2007,
  handedOver: 2007,
};

/** Refunds a payment from the day after on, once per reference; told again it tells what became of it. */
export function refund({ books }: Platform, nowMs: number, params: unknown, isRefused: boolean): Reply {
  const parsed = refundParams.safeParse(params);
  if (!parsed.success) return INVALID;
  const { reference: own, paymentReference, amount } = parsed.data;
  const request = { originalReference: paymentReference, way: 'refund' as const, amountFen: fenOf(amount) };
  const earlier = books.undoing(own);
  if (earlier) {
    const { originalReference, amountFen } = earlier;
    const isSame = originalReference === paymentReference && amountFen === request.amountFen;
    return isSame ? refundReply(earlier) : refusal(2004);
  }
  const why = books.whyNotUndone(request, nowMs, (atMs) => businessDateOf(atMs, CUT_OFF));
  const code = isRefused ? 2007 : why && UNDO_REFUSALS[why];
  const refusedCode = code ? String(code) : null;
  return refundReply(books.addUndoing({ reference: own, ...request, refusedCode, undoneAtMs: nowMs }));
}

function refundReply(undoing: BookedUndoing): Reply {
  if (undoing.refusedCode) return refusal(Number(undoing.refusedCode) as ErrorCode);
  const { reference: own, agencyReference, originalReference, amountFen, undoneAtMs } = undoing;
  const at = new Date(undoneAtMs).toISOString();
  return {
    result: {
      reference: own,
      refundId: agencyReference,
      paymentReference: originalReference,
      amount: yuanOf(amountFen),
      status: 'refunded',
      at,
    },
  };
}

/** `张伟` → `张*`. */
function maskedName({ name }: Customer): string {
  const [surname = '', ...rest] = name;
  return surname + '*'.repeat(rest.length);
}

function yuanOf(fen: number): string {
  return formatMinor(fen, 'CNY');
}

function fenOf(decimal: string): number {
  return parseMinor(decimal, 'CNY');
}
