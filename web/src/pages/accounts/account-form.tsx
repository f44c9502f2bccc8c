import { useMutation } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import { queryClient, savedAccountsQuery } from '../../api/queries.ts';
import type { AgencyDetail, InputField, SavedAccount } from '../../api/types.ts';
import { formatTime, local } from '../../format.ts';
import { focusFirstInvalid, TextField } from '../../parts/field.tsx';
import { Note, ProblemNote } from '../../parts/note.tsx';
import { cleanInputs, fieldsOfGroup, mismatches } from './account-form.rules.ts';
import { DemoAccounts } from './demo-accounts.tsx';
import { LabelField } from './label-field.tsx';
import { rememberRegion } from './recent-region.ts';

interface AccountFormProps {
  agency: AgencyDetail;
  onSaved(account: SavedAccount): void;
}

/** Rendered wholly from the agency's manifest: what to type, on which keyboard, where to find it, what is wrong. */
export function AccountForm({ agency, onSaved }: AccountFormProps) {
  const { t } = useTranslation();
  const [group, setGroup] = useState(0);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [label, setLabel] = useState('');
  const [wrong, setWrong] = useState<readonly string[]>([]);
  const fields = fieldsOfGroup(agency, group);
  const accountField = fields.find((field) => field.name === agency.inputs.accountField);
  const save = useMutation({
    mutationFn: async () => {
      const body = {
        agencyId: agency.agencyId,
        inputs: cleanInputs(fields, typed),
        ...(label.trim() ? { label: label.trim() } : {}),
      };
      return bodyOf(await api.POST('/v1/saved-accounts', { body }));
    },
    onSuccess: async (account) => {
      if (agency.regions[0]) rememberRegion(agency.regions[0]);
      await queryClient.invalidateQueries({ queryKey: savedAccountsQuery.queryKey });
      onSaved(account);
    },
  });
  const chooseGroup = (chosen: number) => {
    setGroup(chosen);
    setWrong([]);
    save.reset();
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const names = mismatches(fields, cleanInputs(fields, typed));
    setWrong(names);
    if (names.length > 0) return focusFirstInvalid(event.currentTarget);
    save.mutate();
  };
  const errorOf = (field: InputField) => {
    if (wrong.includes(field.name)) return local(field.mismatch);
    return save.error instanceof ApiProblem ? save.error.fieldDetail(`#/inputs/${field.name}`) : null;
  };
  return (
    <>
      {agency.openNow ? null : (
        <Note tone="wait" title={t('outcome.closedNow.title')}>
          <p>
            {agency.opensAt
              ? t('outcome.opensAt', { time: formatTime(agency.opensAt) })
              : t('add.closedBody')}
          </p>
        </Note>
      )}
      <form className="panel stack" onSubmit={submit} noValidate>
        {agency.inputs.groups.length > 1 ? (
          <Groups agency={agency} chosen={group} onChoose={chooseGroup} />
        ) : null}
        {fields.map((field) => (
          <ManifestField
            key={field.name}
            field={field}
            value={typed[field.name] ?? ''}
            error={errorOf(field)}
            onChange={(value) => {
              setTyped({ ...typed, [field.name]: value });
              setWrong(wrong.filter((name) => name !== field.name));
            }}
          />
        ))}
        <LabelField value={label} onChange={setLabel} />
        {save.isError ? <ProblemNote error={save.error} noAnswer={t('add.noAnswer')} /> : null}
        <Button
          type="submit"
          color="primary"
          size="large"
          block
          loading={save.isPending}
          loadingText={t('add.looking')}
        >
          {t('add.submit')}
        </Button>
      </form>
      {accountField ? (
        <DemoAccounts
          pattern={accountField.pattern}
          onChoose={(accountNumber) => setTyped({ ...typed, [accountField.name]: accountNumber })}
        />
      ) : null}
      {agency.servicePhone ? (
        <p className="weak small">{t('add.servicePhone', { phone: agency.servicePhone })}</p>
      ) : null}
    </>
  );
}

/** Ways to be found, each enough by itself: "account number", or "phone and name". */
function Groups({
  agency,
  chosen,
  onChoose,
}: {
  agency: AgencyDetail;
  chosen: number;
  onChoose(group: number): void;
}) {
  const { t } = useTranslation();
  return (
    <fieldset>
      <legend className="field-label">{t('add.groupLabel')}</legend>
      <div className="choices">
        {agency.inputs.groups.map((names, index) => (
          <label key={names.join()} className="choice">
            <input type="radio" name="group" checked={index === chosen} onChange={() => onChoose(index)} />
            <span className="choice-main">
              {fieldsOfGroup(agency, index)
                .map((field) => local(field.label))
                .join(' + ')}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** The phone keyboard that fits; an identity number may end in X, so it needs letters. */
const INPUT_MODES = { numeric: 'numeric', tel: 'tel', text: 'text', idNumber: 'text' } as const;

interface ManifestFieldProps {
  field: InputField;
  value: string;
  error: string | null;
  onChange(value: string): void;
}

function ManifestField({ field, value, error, onChange }: ManifestFieldProps) {
  return (
    <TextField
      label={local(field.label)}
      hint={local(field.help)}
      placeholder={field.placeholder ? local(field.placeholder) : undefined}
      inputMode={INPUT_MODES[field.keyboard]}
      type={field.keyboard === 'tel' ? 'tel' : 'text'}
      autoComplete="off"
      // Room for the spaces and dashes that are taken out again.
      maxLength={field.maxLength * 2}
      value={value}
      onChange={onChange}
      error={error}
      required
    />
  );
}
