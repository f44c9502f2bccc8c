import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Icon } from './icons.tsx';

interface PageProps {
  title: string;
  /** Where the back arrow leads; absent on the pages that the navigation names. */
  back?: string;
  children: ReactNode;
}

/** The first page is read from its top by the browser itself; later ones get the focus on their heading. */
let isFirstPage = true;

/** One page: names the document, has the one `h1`, and moves the focus to it when it is navigated to. */
export function Page({ title, back, children }: PageProps) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`;
  }, [title, t]);
  useEffect(() => {
    if (isFirstPage) {
      isFirstPage = false;
      return;
    }
    window.scrollTo(0, 0);
    heading.current?.focus();
  }, []);
  return (
    <>
      <div className="page-head">
        {back === undefined ? null : (
          <Link className="icon-button back no-print" to={back} aria-label={t('app.back')}>
            <Icon name="back" />
          </Link>
        )}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
      </div>
      <div className="stack">{children}</div>
    </>
  );
}
