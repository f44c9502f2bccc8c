import { type InputHTMLAttributes, type ReactNode, useEffect, useId, useRef } from 'react';
import { Icon } from './icons.tsx';

interface TextFieldProps
  extends Pick<
    InputHTMLAttributes<HTMLInputElement>,
    'type' | 'inputMode' | 'autoComplete' | 'maxLength' | 'placeholder' | 'required' | 'name'
  > {
  label: string;
  value: string;
  onChange(value: string): void;
  onBlur?: () => void;
  hint?: string | undefined;
  error?: string | null | undefined;
  /** For one-time codes: wide figures. */
  isCode?: boolean;
}

/** A labelled input whose help and error belong to it for every reader. */
export function TextField({ label, value, onChange, hint, error, isCode = false, ...input }: TextFieldProps) {
  return (
    <Field className={isCode ? 'field code-input' : 'field'} label={label} hint={hint} error={error}>
      {(described) => (
        <input
          {...input}
          {...described}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          aria-invalid={error ? true : undefined}
        />
      )}
    </Field>
  );
}

type LabelledProps = Pick<TextFieldProps, 'label' | 'value' | 'onChange' | 'hint' | 'error' | 'required'>;

interface SelectFieldProps extends LabelledProps {
  /** Shown while nothing is chosen. */
  placeholder: string;
  options: readonly { value: string; label: string }[];
}

/** The same for one of some: the phone's own wheel. */
export function SelectField({
  label,
  value,
  onChange,
  hint,
  error,
  placeholder,
  options,
  required,
}: SelectFieldProps) {
  return (
    <Field className="field" label={label} hint={hint} error={error}>
      {(described) => (
        <select
          {...described}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          required={required}
          aria-invalid={error ? true : undefined}
        >
          <option value="" disabled>
            {placeholder}
          </option>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** The same for some lines of text. */
export function TextArea({
  label,
  value,
  onChange,
  hint,
  error,
  maxLength,
}: LabelledProps & { maxLength: number }) {
  return (
    <Field className="field" label={label} hint={hint} error={error}>
      {(described) => (
        <textarea
          {...described}
          rows={4}
          maxLength={maxLength}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          aria-invalid={error ? true : undefined}
        />
      )}
    </Field>
  );
}

interface FieldProps extends Pick<TextFieldProps, 'label' | 'hint' | 'error'> {
  className: string;
  children(described: { id: string; 'aria-describedby': string | undefined }): ReactNode;
}

function Field({ className, label, hint, error, children }: FieldProps) {
  const id = useId();
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div className={className}>
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': described || undefined })}
      {hint ? (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {error ? (
        <p className="field-error" id={`${id}-error`}>
          <Icon name="alert" />
          {error}
        </p>
      ) : null}
    </div>
  );
}

/** After a refused form: the first wrong field is where to go on. */
export function focusFirstInvalid(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}

/** For a form that takes another's place: the keyboard goes on where the question is. */
export function useFirstInputFocus() {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector('input')?.focus(), []);
  return form;
}
