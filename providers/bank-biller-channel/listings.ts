import type {
  AgencyListing,
  CallContext,
  ListingOutcome,
  Manifest,
  Reason,
} from '../../src/contract/index.ts';
import { codeTable } from '../../src/kernel/code-table.ts';
import { call, type Settings } from './client.ts';
import { notUnderstood, readReply, refusedOrNotUnderstood } from './map.ts';
import { billerPageSchema, type WireBiller } from './wire.ts';

const PAGE_SIZE = 100;
/** More than any bank of one country carries. */
const MAX_PAGES = 200;

/** Every biller that the bank carries for us. */
export async function listAgencies(context: CallContext<Settings>): Promise<ListingOutcome> {
  const billers: WireBiller[] = [];
  let version: string | undefined;
  for (let page = 1; page <= MAX_PAGES; page++) {
    const reply = readReply(await call(context, 'BILLER_LIST', { page, pageSize: PAGE_SIZE }));
    if (!reply.isReply) return unavailable(reply.reason);
    const parsed = billerPageSchema.safeParse(reply.data);
    if (reply.code !== 'SUCCESS') return unavailable(refusedOrNotUnderstood(reply.code));
    if (!parsed.success) return unavailable(notUnderstood(reply.code));
    version ??= parsed.data.version;
    // The list has changed while it was being read.
    if (parsed.data.version !== version) return unavailable(notUnderstood('version'));
    billers.push(...parsed.data.billers);
    if (page >= parsed.data.pages) {
      const isWhole = billers.length === parsed.data.total;
      return isWhole
        ? { kind: 'agencies', agencies: billers.map(toListing) }
        : unavailable(notUnderstood('total'));
    }
  }
  return unavailable(notUnderstood('pages'));
}

function unavailable(reason: Reason): ListingOutcome {
  return { kind: 'unavailable', reason };
}

const CATEGORIES = codeTable<Manifest['category']>({
  WATER: 'water',
  CATV: 'cable-tv',
  TELECOM: 'telephone',
  BROADBAND: 'broadband',
});

const SHAPES = {
  QUERY: { queryKind: 'fetch', lookUp: 'queryBills' },
  VERIFY: { queryKind: 'validate', lookUp: 'validateAccount' },
  PACKAGE: { queryKind: 'plan', lookUp: 'plans' },
} as const;

/** A biller of theirs in the words of a manifest. An industry that we have no name for fails where manifests are checked. */
export function toListing(biller: WireBiller): AgencyListing {
  const { mode, field, amountFen } = biller;
  const { queryKind, lookUp } = SHAPES[mode];
  return {
    agencyCode: biller.billerId,
    names: { 'zh-CN': biller.nameZh, en: biller.nameEn },
    category: CATEGORIES[biller.industry] ?? (biller.industry as Manifest['category']),
    regions: biller.areas,
    currency: 'CNY',
    capabilities: [lookUp, 'pay', 'queryPayment', 'fetchStatement', 'listAgencies'],
    inputs: {
      fields: [
        {
          name: field.key,
          label: { 'zh-CN': field.nameZh, en: field.nameEn },
          pattern: field.regex,
          maxLength: field.maxLength,
          keyboard: field.keypad === 'TEL' ? 'tel' : 'numeric',
          help: { 'zh-CN': field.helpZh, en: field.helpEn },
          mismatch: { 'zh-CN': field.errorZh, en: field.errorEn },
        },
      ],
      groups: [[field.key]],
      accountField: field.key,
    },
    queryKind,
    billShape: biller.isAllAtOnce ? 'all' : 'some',
    amountRule:
      mode === 'VERIFY' && amountFen
        ? { kind: 'range', minimumMinor: amountFen.least, maximumMinor: amountFen.most }
        : { kind: 'exact' },
    serviceHours: {
      timeZone: 'Asia/Shanghai',
      open: [{ weekdays: [1, 2, 3, 4, 5, 6, 7], from: biller.openFrom, to: biller.openTo }],
    },
    paymentLimitMinor: biller.orderLimitFen,
    postingPromiseSeconds: biller.postedWithin * 60,
    cutOff: '00:00',
    statement: { format: 'bank-cloudpay-v2', availableFrom: '02:00' },
    servicePhone: biller.servicePhone,
  };
}
