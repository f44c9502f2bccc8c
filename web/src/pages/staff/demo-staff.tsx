import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '../../api/client.ts';

/** Between looks: a code of an authenticator app lasts thirty seconds. */
const REFRESH_MS = 10_000;

/** Demo only: who may sign in, and what their authenticator app would show now. */
export function DemoStaff() {
  const { t } = useTranslation();
  const signIns = useQuery({
    queryKey: ['demo', 'signIns'],
    queryFn: async () => bodyOf(await api.GET('/v1/demo/sign-ins')),
    refetchInterval: REFRESH_MS,
    staleTime: 0,
  });
  if (!signIns.data) return null;
  return (
    <section className="panel stack" aria-labelledby="demo-staff">
      <h2 id="demo-staff">{t('staff.demoTitle')}</h2>
      {signIns.data.staff.map(({ email, password, totpCode, role }) => (
        <dl key={email} className="facts small">
          <dt>{t('staff.role')}</dt>
          <dd>{role}</dd>
          <dt>{t('staff.email')}</dt>
          <dd>{email}</dd>
          <dt>{t('staff.password')}</dt>
          <dd>
            <code>{password}</code>
          </dd>
          <dt>{t('staff.totp')}</dt>
          <dd>
            <code>{totpCode}</code>
          </dd>
        </dl>
      ))}
    </section>
  );
}
