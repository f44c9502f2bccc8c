import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useNavigate, useSearchParams } from 'react-router';
import { startOver, useSession } from '../../api/queries.ts';
import { nextPath } from '../../parts/guards.tsx';
import { Page } from '../../parts/page.tsx';
import { CodeForm, type SentCode } from './code-form.tsx';
import { PhoneForm } from './phone-form.tsx';

/** Phone, then the code sent to it. The phone stays in memory: it is in no URL and no storage. */
export default function SignInPage() {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const [sent, setSent] = useState<SentCode | null>(null);
  const session = useSession().data;
  if (session?.user?.kind === 'resident') return <Navigate to={nextPath(search, '/')} replace />;
  const arrive = async () => {
    await startOver();
    navigate(nextPath(search, '/'), { replace: true });
  };
  return (
    <Page title={t('signIn.title')}>
      {sent ? (
        <CodeForm sent={sent} onResent={setSent} onOtherPhone={() => setSent(null)} onSignedIn={arrive} />
      ) : (
        <PhoneForm onSent={setSent} />
      )}
    </Page>
  );
}
