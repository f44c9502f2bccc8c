import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Page } from '../parts/page.tsx';

export default function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('notFound.title')}>
      <p>{t('notFound.body')}</p>
      <Link className="button-link" to="/">
        {t('app.toHome')}
      </Link>
    </Page>
  );
}
