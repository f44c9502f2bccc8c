import type {
  AgencyListing,
  CallContext,
  ListingOutcome,
  Manifest,
  Reason,
} from '../../src/contract/index.ts';
import { codeTable } from '../../src/kernel/code-table.ts';
import { parseMinor } from '../../src/kernel/money.ts';
import { call, type Settings } from './client.ts';
import { notUnderstood, readReply, refusedOrNotUnderstood } from './map.ts';
import { tenantPageSchema, type WireTenant } from './wire.ts';

const PAGE_SIZE = 50;
/** More than any platform has. */
const MAX_PAGES = 400;

/** Every tenant of the platform that takes payments. */
export async function listAgencies(context: CallContext<Settings>): Promise<ListingOutcome> {
  const tenants: WireTenant[] = [];
  let etag: string | undefined;
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const reply = readReply(await call(context, 'tenants.list', { cursor, limit: PAGE_SIZE }));
    if (reply.kind === 'none') return unavailable(reply.reason);
    if (reply.kind === 'error') return unavailable(refusedOrNotUnderstood(reply.code));
    const parsed = tenantPageSchema.safeParse(reply.result);
    if (!parsed.success) return unavailable(notUnderstood());
    etag ??= parsed.data.etag;
    // The list has changed while it was being read.
    if (parsed.data.etag !== etag) return unavailable(notUnderstood());
    tenants.push(...parsed.data.items);
    cursor = parsed.data.nextCursor;
    if (cursor === null) return { kind: 'agencies', agencies: tenants.map(toListing) };
  }
  return unavailable(notUnderstood());
}

function unavailable(reason: Reason): ListingOutcome {
  return { kind: 'unavailable', reason };
}

const CATEGORIES = codeTable<Manifest['category']>({
  PROPERTY: 'property-fee',
  SCHOOL: 'school-fee',
});

/** A tenant of theirs in the words of a manifest. A business that we have no name for fails where manifests are checked. */
export function toListing(tenant: WireTenant): AgencyListing {
  const textOf = ({ zh, en }: WireTenant['name']) => ({ 'zh-CN': zh, en });
  return {
    agencyCode: tenant.tenantId,
    names: textOf(tenant.name),
    category: CATEGORIES[tenant.business] ?? (tenant.business as Manifest['category']),
    regions: [tenant.regionCode],
    currency: 'CNY',
    capabilities: ['queryBills', 'pay', 'queryPayment', 'refund', 'parseWebhook', 'listAgencies'],
    inputs: {
      fields: tenant.form.map(({ name, label, pattern, maxLength, isNumeric, help, mismatch }) => ({
        name,
        label: textOf(label),
        pattern,
        maxLength,
        keyboard: isNumeric ? ('numeric' as const) : ('text' as const),
        help: textOf(help),
        mismatch: textOf(mismatch),
      })),
      groups: [tenant.form.map(({ name }) => name)],
      accountField: tenant.accountField,
    },
    queryKind: 'fetch',
    billShape: tenant.billChoice === 'ANY' ? 'some' : 'oldestFirst',
    amountRule: { kind: 'exact' },
    serviceHours: {
      timeZone: 'Asia/Shanghai',
      open: [{ weekdays: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }],
    },
    paymentLimitMinor: parseMinor(tenant.maxAmount, 'CNY'),
    postingPromiseSeconds: 3_600,
    cutOff: '00:00',
    servicePhone: tenant.phone,
  };
}
