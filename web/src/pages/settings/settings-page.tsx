import { useMutation } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { api } from '../../api/client.ts';
import { startOver, useSession } from '../../api/queries.ts';
import { chooseLanguage, i18n, LANGUAGES } from '../../i18n/i18n.ts';
import { ProblemNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { setLargeText, useLargeText } from '../../parts/text-size.ts';

const LANGUAGE_NAMES = { 'zh-CN': '简体中文', en: 'English' } as const;

export default function SettingsPage() {
  const { t } = useTranslation();
  const session = useSession().data;
  const isLarge = useLargeText();
  return (
    <Page title={t('settings.title')}>
      <section className="panel">
        <fieldset>
          <legend className="field-label">{t('settings.language')}</legend>
          <div className="choices">
            {LANGUAGES.map((language) => (
              <label key={language} className="choice" lang={language}>
                <input
                  type="radio"
                  name="language"
                  checked={i18n.language === language}
                  onChange={() => void chooseLanguage(language)}
                />
                <span className="choice-main">{LANGUAGE_NAMES[language]}</span>
              </label>
            ))}
          </div>
        </fieldset>
      </section>
      <section className="panel">
        <label className="choice">
          <span className="choice-main">
            <strong>{t('settings.largeText')}</strong>
            <br />
            <span className="weak small">{t('settings.largeTextHint')}</span>
          </span>
          <input
            type="checkbox"
            role="switch"
            checked={isLarge}
            aria-checked={isLarge}
            onChange={(event) => setLargeText(event.target.checked)}
          />
        </label>
      </section>
      <section className="panel stack">
        <p>{t('settings.signedInAs', { name: session?.user?.displayName ?? '' })}</p>
        <SignOut to="/sign-in" />
      </section>
    </Page>
  );
}

export function SignOut({ to }: { to: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const signOut = useMutation({
    mutationFn: () => api.DELETE('/v1/session'),
    onSuccess: async () => {
      navigate(to, { replace: true });
      await startOver();
    },
  });
  return (
    <>
      {signOut.isError ? <ProblemNote error={signOut.error} /> : null}
      <Button block onClick={() => signOut.mutate()} loading={signOut.isPending} loadingText={t('app.wait')}>
        {t('settings.signOut')}
      </Button>
    </>
  );
}
