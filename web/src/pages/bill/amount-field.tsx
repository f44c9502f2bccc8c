import { useTranslation } from 'react-i18next';
import type { AgencyDetail, Money } from '../../api/types.ts';
import { formatMoney, plainAmount } from '../../format.ts';
import { TextField } from '../../parts/field.tsx';
import type { AmountBounds, AmountRefusal } from './amount.rules.ts';

interface AmountFieldProps {
  agency: AgencyDetail;
  bounds: AmountBounds;
  /** What is due, where something is. */
  due: Money | null;
  typed: string;
  refusal: AmountRefusal | null;
  onType(text: string): void;
}

/** How much to pay: what the agency takes is said before anything is typed, and its usual amounts are one tap away. */
export function AmountField({ agency, bounds, due, typed, refusal, onType }: AmountFieldProps) {
  const { t } = useTranslation();
  const { currency } = agency.paymentLimit;
  const amountOf = (amountMinor: number) => formatMoney({ amountMinor, currency });
  const presets = agency.amountPresets.filter(
    ({ amountMinor }) =>
      bounds.leastMinor <= amountMinor &&
      amountMinor <= bounds.mostMinor &&
      amountMinor % bounds.stepMinor === 0,
  );
  const hint = [
    due ? t('bill.dueHint', { amount: formatMoney(due) }) : null,
    t('amount.between', { least: amountOf(bounds.leastMinor), most: amountOf(bounds.mostMinor) }),
    bounds.stepMinor > 1 ? t('amount.step', { step: amountOf(bounds.stepMinor) }) : null,
    agency.dailyLimit ? t('amount.daily', { limit: formatMoney(agency.dailyLimit) }) : null,
  ];
  return (
    <div className="stack">
      {presets.length > 0 ? (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset inside the form would be announced as another question
        <div className="chips" role="group" aria-label={t('amount.presets')}>
          {presets.map((preset) => (
            <button
              key={preset.amountMinor}
              type="button"
              className="chip"
              aria-pressed={typed === plainAmount(preset)}
              onClick={() => onType(plainAmount(preset))}
            >
              {formatMoney(preset)}
            </button>
          ))}
        </div>
      ) : null}
      <TextField
        label={t('bill.payAmount')}
        hint={hint.filter((line) => line !== null).join('\n')}
        inputMode="decimal"
        autoComplete="off"
        value={typed}
        onChange={onType}
        error={refusal && wordsOf(refusal)}
      />
    </div>
  );

  function wordsOf(refused: AmountRefusal): string {
    return refused.code === 'notAnAmount'
      ? t('bill.amountWrong.notAnAmount')
      : t(`bill.amountWrong.${refused.code}`, { amount: amountOf(refused.amountMinor) });
  }
}
