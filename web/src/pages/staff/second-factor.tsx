import { type PublicKeyCredentialRequestOptionsJSON, startAuthentication } from '@simplewebauthn/browser';
import { useMutation } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '../../api/client.ts';
import type { SignInMethod } from '../../api/types.ts';
import { TextField, useFirstInputFocus } from '../../parts/field.tsx';
import { ProblemNote } from '../../parts/note.tsx';
import { PasskeyProblem } from './passkey-problem.tsx';

interface SecondFactorProps {
  challengeId: string;
  methods: readonly SignInMethod[];
  onSignedIn(): Promise<void>;
  onBack(): void;
}

export function SecondFactor({ challengeId, methods, onSignedIn, onBack }: SecondFactorProps) {
  const { t } = useTranslation();
  return (
    <div className="panel stack">
      {methods.includes('passkey') ? (
        <PasskeyButton challengeId={challengeId} onSignedIn={onSignedIn} />
      ) : null}
      {methods.includes('totp') ? <TotpForm challengeId={challengeId} onSignedIn={onSignedIn} /> : null}
      <button type="button" className="text-button" onClick={onBack}>
        {t('staff.back')}
      </button>
    </div>
  );
}

function TotpForm({ challengeId, onSignedIn }: Pick<SecondFactorProps, 'challengeId' | 'onSignedIn'>) {
  const { t } = useTranslation();
  const form = useFirstInputFocus();
  const [code, setCode] = useState('');
  const signIn = useMutation({
    mutationFn: async () =>
      bodyOf(
        await api.POST('/v1/staff-sign-in/totp', { body: { challengeId, code: code.replaceAll(/\s/g, '') } }),
      ),
    onSuccess: onSignedIn,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <form ref={form} className="stack" onSubmit={submit}>
      <TextField
        label={t('staff.totp')}
        hint={t('staff.totpHint')}
        isCode
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={7}
        value={code}
        onChange={setCode}
        required
      />
      {signIn.isError ? <ProblemNote error={signIn.error} /> : null}
      <Button
        type="submit"
        color="primary"
        size="large"
        block
        loading={signIn.isPending}
        loadingText={t('app.wait')}
      >
        {t('staff.signIn')}
      </Button>
    </form>
  );
}

function PasskeyButton({ challengeId, onSignedIn }: Pick<SecondFactorProps, 'challengeId' | 'onSignedIn'>) {
  const { t } = useTranslation();
  const signIn = useMutation({
    mutationFn: async () => {
      const { options } = bodyOf(
        await api.POST('/v1/staff-sign-in/passkey-options', { body: { challengeId } }),
      );
      // The specification leaves the shapes of WebAuthn to WebAuthn.
      const optionsJSON = options as unknown as PublicKeyCredentialRequestOptionsJSON;
      const credential = { ...(await startAuthentication({ optionsJSON })) };
      return bodyOf(await api.POST('/v1/staff-sign-in/passkey', { body: { challengeId, credential } }));
    },
    onSuccess: onSignedIn,
  });
  return (
    <>
      {signIn.isError ? <PasskeyProblem error={signIn.error} /> : null}
      <Button color="primary" fill="outline" block onClick={() => signIn.mutate()} loading={signIn.isPending}>
        {t('staff.usePasskey')}
      </Button>
    </>
  );
}
