import Button from 'antd-mobile/es/components/button';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../../api/problem.ts';
import type { AgencyDetail, InputField } from '../../api/types.ts';
import { local } from '../../format.ts';
import { AgencyNotices } from '../../parts/agency-notices.tsx';
import { focusFirstInvalid, SelectField, TextField } from '../../parts/field.tsx';
import { ProblemNote } from '../../parts/note.tsx';
import { cleanInputs, fieldsOfGroup, groupOf, type Inputs, mismatches } from './account-form.rules.ts';
import './accounts.css';
import { DemoAccounts } from './demo-accounts.tsx';

interface InputsFormProps {
  agency: AgencyDetail;
  /** What was typed before, when somebody comes back to correct it. */
  initial?: Inputs;
  /** What came of handing it in. */
  sending: { isPending: boolean; error: Error | null; reset(): void };
  noAnswer?: string;
  submit: { label: string; waiting: string };
  onSubmit(inputs: Record<string, string>): void;
  /** Further questions, below those of the manifest. */
  children?: ReactNode;
}

/** Rendered wholly from the agency's manifest: what to type, on which keyboard, where to find it, what is wrong. */
export function InputsForm({
  agency,
  initial = {},
  sending,
  noAnswer,
  submit,
  onSubmit,
  children,
}: InputsFormProps) {
  const { t } = useTranslation();
  const [group, setGroup] = useState(() => groupOf(agency, initial));
  const [typed, setTyped] = useState<Inputs>(initial);
  const [wrong, setWrong] = useState<readonly string[]>([]);
  const fields = fieldsOfGroup(agency, group);
  const type = (name: string, value: string) => {
    setTyped({ ...typed, [name]: value });
    setWrong(wrong.filter((each) => each !== name));
  };
  const chooseDemo = (inputs: Inputs) => {
    setGroup(groupOf(agency, inputs));
    setTyped(inputs);
    setWrong([]);
  };
  const handIn = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const inputs = cleanInputs(fields, typed);
    const names = mismatches(fields, inputs);
    setWrong(names);
    if (names.length > 0) return focusFirstInvalid(event.currentTarget);
    onSubmit(inputs);
  };
  const errorOf = ({ name, mismatch }: InputField) => {
    if (wrong.includes(name)) return local(mismatch);
    return sending.error instanceof ApiProblem ? sending.error.fieldDetail(`#/inputs/${name}`) : null;
  };
  return (
    <>
      <AgencyNotices agency={agency} />
      <form className="panel stack" onSubmit={handIn} noValidate>
        {agency.inputs.groups.length > 1 ? (
          <Groups
            agency={agency}
            chosen={group}
            onChoose={(chosen) => {
              setGroup(chosen);
              setWrong([]);
              sending.reset();
            }}
          />
        ) : null}
        {fields.map((field) => (
          <ManifestField
            key={field.name}
            field={field}
            value={typed[field.name] ?? ''}
            error={errorOf(field)}
            onChange={(value) => type(field.name, value)}
          />
        ))}
        {children}
        {sending.error ? <ProblemNote error={sending.error} {...(noAnswer ? { noAnswer } : {})} /> : null}
        <Button
          type="submit"
          color="primary"
          size="large"
          block
          loading={sending.isPending}
          loadingText={submit.waiting}
        >
          {submit.label}
        </Button>
      </form>
      <DemoAccounts agencyId={agency.agencyId} onChoose={chooseDemo} />
      {agency.servicePhone ? (
        <p className="weak small">{t('add.servicePhone', { phone: agency.servicePhone })}</p>
      ) : null}
    </>
  );
}

interface GroupsProps {
  agency: AgencyDetail;
  chosen: number;
  onChoose(group: number): void;
}

/** Ways to be found, each enough by itself: "account number", or "phone and name". */
function Groups({ agency, chosen, onChoose }: GroupsProps) {
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
  const { t } = useTranslation();
  const common = { label: local(field.label), hint: local(field.help), value, onChange, error };
  return (
    <div className="stack-tight">
      {field.presets ? (
        <SelectField
          {...common}
          placeholder={field.placeholder ? local(field.placeholder) : t('add.choose')}
          options={field.presets.map((preset) => ({ value: preset.value, label: local(preset.label) }))}
          required
        />
      ) : (
        <TextField
          {...common}
          placeholder={field.placeholder ? local(field.placeholder) : undefined}
          inputMode={INPUT_MODES[field.keyboard]}
          type={field.keyboard === 'tel' ? 'tel' : 'text'}
          autoComplete="off"
          // Room for the spaces and dashes that are taken out again.
          maxLength={field.maxLength * 2}
          required
        />
      )}
      {field.picture ? (
        <details className="fold">
          <summary>{t('add.picture', { field: local(field.label) })}</summary>
          <img className="help-picture" src={field.picture} alt={local(field.help)} />
        </details>
      ) : null}
    </div>
  );
}
