import { useMutation } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '../../api/client.ts';
import { useSession } from '../../api/queries.ts';
import { formatPhone } from '../../format.ts';
import { announce } from '../../parts/announce.ts';
import { focusFirstInvalid, TextField, useFirstInputFocus } from '../../parts/field.tsx';
import { ProblemNote } from '../../parts/note.tsx';
import { useSendCode } from './phone-form.tsx';

export interface SentCode {
  phone: string;
  challengeId: string;
  /** ISO 8601: before this another code is refused. */
  resendAfter: string;
}

interface CodeFormProps {
  sent: SentCode;
  onResent(sent: SentCode): void;
  onOtherPhone(): void;
  onSignedIn(): Promise<void>;
}

export function CodeForm({ sent, onResent, onOtherPhone, onSignedIn }: CodeFormProps) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const [mismatch, setMismatch] = useState<string | null>(null);
  const form = useFirstInputFocus();
  const isDemo = useSession().data?.demo === true;
  const signIn = useMutation({
    mutationFn: async () =>
      bodyOf(
        await api.POST('/v1/sign-in/sessions', {
          body: { challengeId: sent.challengeId, code: code.trim() },
        }),
      ),
    onSuccess: onSignedIn,
  });
  const resend = useSendCode((again) => {
    setCode('');
    signIn.reset();
    announce(t('signIn.resent'));
    onResent(again);
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (/^\d{6}$/.test(code.trim())) return signIn.mutate();
    setMismatch(t('signIn.codeMismatch'));
    focusFirstInvalid(event.currentTarget);
  };
  return (
    <form ref={form} className="panel stack" onSubmit={submit} noValidate>
      <p role="status">{t('signIn.sentTo', { phone: formatPhone(sent.phone) })}</p>
      {isDemo ? (
        <p className="note">
          <span>
            {t('signIn.demoInbox')}{' '}
            <a href="/inbox" target="_blank" rel="noreferrer">
              {t('signIn.openInbox')}
            </a>
          </span>
        </p>
      ) : null}
      <TextField
        label={t('signIn.code')}
        isCode
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={6}
        value={code}
        onChange={(value) => {
          setCode(value);
          setMismatch(null);
        }}
        error={mismatch}
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
        {t('signIn.submit')}
      </Button>
      <div className="row-apart">
        <ResendButton
          after={sent.resendAfter}
          isSending={resend.isPending}
          onResend={() => resend.mutate(sent.phone)}
        />
        <button type="button" className="text-button" onClick={onOtherPhone}>
          {t('signIn.otherPhone')}
        </button>
      </div>
      {resend.isError ? <ProblemNote error={resend.error} /> : null}
    </form>
  );
}

/** Counts down silently: a screen reader is told once when the code is sent, not every second. */
function ResendButton({
  after,
  isSending,
  onResend,
}: {
  after: string;
  isSending: boolean;
  onResend(): void;
}) {
  const { t } = useTranslation();
  const [nowMs, setNowMs] = useState(() => Date.now());
  const waitSeconds = Math.ceil((new Date(after).getTime() - nowMs) / 1000);
  useEffect(() => {
    if (waitSeconds <= 0) return;
    const timer = setTimeout(() => setNowMs(Date.now()), 1000);
    return () => clearTimeout(timer);
  });
  if (waitSeconds > 0) return <span className="weak">{t('signIn.resendIn', { seconds: waitSeconds })}</span>;
  return (
    <button type="button" className="text-button" onClick={onResend} disabled={isSending}>
      {t('signIn.resend')}
    </button>
  );
}
