import { type PublicKeyCredentialCreationOptionsJSON, startRegistration } from '@simplewebauthn/browser';
import { useMutation } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '../../api/client.ts';
import { TextField } from '../../parts/field.tsx';
import { Note } from '../../parts/note.tsx';
import { PasskeyProblem } from './passkey-problem.tsx';

/** A key on this device, to be used in place of a code from now on. */
export function RegisterPasskey() {
  const { t } = useTranslation();
  const [label, setLabel] = useState('');
  const register = useMutation({
    mutationFn: async () => {
      const { options } = bodyOf(await api.POST('/v1/staff/passkeys/options', {}));
      // The specification leaves the shapes of WebAuthn to WebAuthn.
      const optionsJSON = options as unknown as PublicKeyCredentialCreationOptionsJSON;
      const credential = { ...(await startRegistration({ optionsJSON })) };
      await api.POST('/v1/staff/passkeys', { body: { credential, label: label.trim() } });
    },
    onSuccess: () => setLabel(''),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    register.mutate();
  };
  return (
    <form className="stack-tight" onSubmit={submit}>
      <TextField
        label={t('staff.passkeyLabel')}
        hint={t('staff.passkeyHint')}
        autoComplete="off"
        maxLength={40}
        value={label}
        onChange={setLabel}
        required
      />
      {register.isError ? <PasskeyProblem error={register.error} /> : null}
      {register.isSuccess ? <Note tone="good" title={t('staff.passkeyAdded')} isAlert /> : null}
      <Button
        type="submit"
        block
        disabled={!label.trim()}
        loading={register.isPending}
        loadingText={t('app.wait')}
      >
        {t('staff.addPasskey')}
      </Button>
    </form>
  );
}
