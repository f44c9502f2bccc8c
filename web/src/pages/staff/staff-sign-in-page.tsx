import { useMutation } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useNavigate, useSearchParams } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { startOver, useSession } from '../../api/queries.ts';
import type { SignInMethod } from '../../api/types.ts';
import { TextField } from '../../parts/field.tsx';
import { nextPath } from '../../parts/guards.tsx';
import { ProblemNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { DemoStaff } from './demo-staff.tsx';
import { SecondFactor } from './second-factor.tsx';

interface Challenge {
  challengeId: string;
  methods: readonly SignInMethod[];
}

/** Password, then a one-time code from an authenticator app or a passkey. */
export default function StaffSignInPage() {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const [challenge, setChallenge] = useState<Challenge | null>(null);
  const session = useSession().data;
  if (session?.user?.kind === 'staff') return <Navigate to={nextPath(search, '/staff')} replace />;
  const arrive = async () => {
    await startOver();
    navigate(nextPath(search, '/staff'), { replace: true });
  };
  return (
    <Page title={t('staff.signInTitle')}>
      {challenge ? (
        <SecondFactor {...challenge} onSignedIn={arrive} onBack={() => setChallenge(null)} />
      ) : (
        <PasswordForm onChallenge={setChallenge} />
      )}
      {session?.demo ? <DemoStaff /> : null}
      <p className="weak small">
        <Link className="line-link" to="/sign-in">
          {t('staff.notStaff')}
        </Link>
      </p>
    </Page>
  );
}

function PasswordForm({ onChallenge }: { onChallenge(challenge: Challenge): void }) {
  const { t } = useTranslation();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const check = useMutation({
    mutationFn: async () =>
      bodyOf(await api.POST('/v1/staff-sign-in/password', { body: { email: email.trim(), password } })),
    onSuccess: onChallenge,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    check.mutate();
  };
  return (
    <form className="panel stack" onSubmit={submit}>
      <TextField
        label={t('staff.email')}
        type="email"
        name="email"
        autoComplete="username"
        value={email}
        onChange={setEmail}
        required
      />
      <TextField
        label={t('staff.password')}
        type="password"
        name="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        required
      />
      {check.isError ? <ProblemNote error={check.error} /> : null}
      <Button
        type="submit"
        color="primary"
        size="large"
        block
        loading={check.isPending}
        loadingText={t('app.wait')}
      >
        {t('staff.next')}
      </Button>
    </form>
  );
}
