import { useTranslation } from 'react-i18next';
import { Page } from '../parts/page.tsx';

/** A bug of ours in a page, or a page's file that a new release has replaced: loading again mends the second. */
export default function BrokenPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('broken.title')}>
      <p>{t('broken.body')}</p>
      <a className="button-link" href={window.location.href}>
        {t('broken.reload')}
      </a>
    </Page>
  );
}
