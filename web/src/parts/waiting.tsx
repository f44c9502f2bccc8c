import Skeleton from 'antd-mobile/es/components/skeleton';
import { useTranslation } from 'react-i18next';

/** Grey lines where something will be; says so to screen readers. */
export function Waiting({ lines = 3 }: { lines?: number }) {
  const { t } = useTranslation();
  return (
    <div className="waiting">
      <span className="visually-hidden" role="status">
        {t('app.loading')}
      </span>
      <div aria-hidden="true">
        <Skeleton.Paragraph lineCount={lines} animated />
      </div>
    </div>
  );
}
