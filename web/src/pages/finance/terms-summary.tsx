import { formatMoney } from '../../format.ts';
import { percentOf, type Terms } from './terms-form.rules.ts';
import { useSettlementTexts } from './texts-settlement.ts';

/** Terms in one line. */
export function TermsSummary({ terms }: { terms: Terms }) {
  const texts = useSettlementTexts();
  const { cycle, cutOff, payoutAfterDays, basis, minimumPayoutMinor, currency, reserve } = terms;
  return [
    cycle.kind === 'daily' ? texts.daily : `${texts.weeklyTo}${texts.weekdays[cycle.lastWeekday - 1]}`,
    `${texts.fields.cutOff} ${cutOff.cutOff}`,
    `T+${payoutAfterDays}`,
    texts.bases[basis],
    `${texts.minimumPayout} ${formatMoney({ amountMinor: minimumPayoutMinor, currency })}`,
    reserve ? `${texts.reserve} ${percentOf(reserve.ratePpm)}% · ${reserve.heldDays} ${texts.days}` : null,
  ]
    .filter(Boolean)
    .join(' · ');
}
