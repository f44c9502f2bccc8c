import { type InputHTMLAttributes, useEffect, useId, useRef } from 'react';
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
  const id = useId();
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div className={isCode ? 'field code-input' : 'field'}>
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
      />
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
