import { useMutation, useQuery } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { useSession } from '../../api/queries.ts';
import { formatPhone } from '../../format.ts';
import { focusFirstInvalid, TextField } from '../../parts/field.tsx';
import { ProblemNote } from '../../parts/note.tsx';
import type { SentCode } from './code-form.tsx';

/** Asks the server to send a code; the answer is the same whether or not the phone is known. */
export function useSendCode(onSent: (sent: SentCode) => void) {
  return useMutation({
    mutationFn: async (phone: string) => ({
      phone,
      ...bodyOf(await api.POST('/v1/sign-in/codes', { body: { phone } })),
    }),
    onSuccess: onSent,
  });
}

export function PhoneForm({ onSent }: { onSent(sent: SentCode): void }) {
  const { t } = useTranslation();
  const [phone, setPhone] = useState('');
  const [mismatch, setMismatch] = useState<string | null>(null);
  const send = useSendCode(onSent);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const digits = phone.replaceAll(/[\s-]/g, '');
    if (/^1[3-9]\d{9}$/.test(digits)) return send.mutate(digits);
    setMismatch(t('signIn.phoneMismatch'));
    focusFirstInvalid(event.currentTarget);
  };
  return (
    <>
      <p>{t('signIn.intro')}</p>
      <form className="panel stack" onSubmit={submit} noValidate>
        <TextField
          label={t('signIn.phone')}
          hint={t('signIn.phoneHint')}
          type="tel"
          inputMode="tel"
          autoComplete="tel-national"
          maxLength={16}
          value={phone}
          onChange={(value) => {
            setPhone(value);
            setMismatch(null);
          }}
          error={mismatch}
        />
        {send.isError ? <ProblemNote error={send.error} /> : null}
        <Button
          type="submit"
          color="primary"
          size="large"
          block
          loading={send.isPending}
          loadingText={t('app.wait')}
        >
          {t('signIn.sendCode')}
        </Button>
      </form>
      <DemoPhones onChoose={setPhone} />
      <p className="weak small">
        {t('signIn.staffHint')}{' '}
        <Link className="line-link" to="/staff/sign-in">
          {t('signIn.staff')}
        </Link>
      </p>
    </>
  );
}

/** Demo only: phones whose accounts are worth looking at. */
function DemoPhones({ onChoose }: { onChoose(phone: string): void }) {
  const { t } = useTranslation();
  const isDemo = useSession().data?.demo === true;
  const signIns = useQuery({
    queryKey: ['demo', 'signIns'],
    queryFn: async () => bodyOf(await api.GET('/v1/demo/sign-ins')),
    enabled: isDemo,
  });
  if (!isDemo || !signIns.data) return null;
  return (
    <section className="panel stack" aria-labelledby="demo-phones">
      <h2 id="demo-phones">{t('signIn.demoTitle')}</h2>
      <p className="weak small">{t('signIn.demoBody')}</p>
      <ul className="choices">
        {signIns.data.residents.map(({ phone, note }) => (
          <li key={phone}>
            <button type="button" className="choice" onClick={() => onChoose(phone)}>
              <span className="choice-main">
                <strong className="number">{formatPhone(phone)}</strong>
                <br />
                <span className="weak small">{note}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
