import { useTranslation } from 'react-i18next';
import { TextField } from '../../parts/field.tsx';

/** The server's own limit. */
const MAX_LABEL_LENGTH = 30;

/** What the household calls this account, with the usual names one tap away. */
export function LabelField({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { t } = useTranslation();
  const usual = [t('add.labelHome'), t('add.labelParents'), t('add.labelShop')];
  return (
    <div className="stack-tight">
      <TextField
        label={t('add.label')}
        hint={t('add.labelHint')}
        maxLength={MAX_LABEL_LENGTH}
        autoComplete="off"
        value={value}
        onChange={onChange}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset inside the field would be announced as another question */}
      <div className="chips" role="group" aria-label={t('add.labelUsual')}>
        {usual.map((label) => (
          <button
            key={label}
            type="button"
            className="chip"
            aria-pressed={value === label}
            onClick={() => onChange(value === label ? '' : label)}
          >
            {label}
          </button>
        ))}
      </div>
    </div>
  );
}
