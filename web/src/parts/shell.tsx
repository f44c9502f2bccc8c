import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink, Outlet, useLocation } from 'react-router';
import { useSession } from '../api/queries.ts';
import { chooseLanguage, i18n } from '../i18n/i18n.ts';
import { ANNOUNCER_ID } from './announce.ts';
import { Icon } from './icons.tsx';
import './shell.css';
import { setLargeText, useLargeText } from './text-size.ts';
import { Waiting } from './waiting.tsx';

/** Pages that have something for a second column. */
const WIDE_PAGES = /^\/($|bills\/|pay\/|staff(\/agenc|\/finance|$))/;

/** What every page stands in: bar, navigation, main, live region. */
export function Shell() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const session = useSession().data;
  const isResident = session?.user?.kind === 'resident';
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        {t('app.skip')}
      </a>
      <header className="top-bar">
        <div className="top-bar-inner">
          <Link className="brand" to="/">
            <Icon name="receipt" />
            {t('app.name')}
          </Link>
          {isResident ? <Navigation className="" /> : null}
          <Tools />
        </div>
      </header>
      {session?.demo ? <DemoBar /> : null}
      <main id="main" tabIndex={-1} className={WIDE_PAGES.test(pathname) ? 'wide' : ''}>
        <Suspense fallback={<Waiting />}>
          <Outlet />
        </Suspense>
      </main>
      <div id={ANNOUNCER_ID} className="visually-hidden" role="status" />
      <footer className="foot">{t('app.foot')}</footer>
      {isResident ? <Navigation className="bottom-bar" /> : null}
    </div>
  );
}

/** The same three places, in the bar on wide screens and under the thumb on phones; only one of the two is displayed. */
function Navigation({ className }: { className: string }) {
  const { t } = useTranslation();
  const places = [
    { to: '/', icon: 'home', label: t('nav.home') },
    { to: '/history', icon: 'history', label: t('nav.history') },
    { to: '/settings', icon: 'settings', label: t('nav.settings') },
  ] as const;
  return (
    <nav className={className} aria-label={t('nav.label')}>
      {places.map(({ to, icon, label }) => (
        <NavLink key={to} to={to} end>
          {className ? <Icon name={icon} /> : null}
          {label}
        </NavLink>
      ))}
    </nav>
  );
}

/** Language and text size, within reach before anybody has signed in. */
function Tools() {
  const { t } = useTranslation();
  const isLarge = useLargeText();
  const other = i18n.language === 'en' ? 'zh-CN' : 'en';
  return (
    <div className="top-tools">
      <button type="button" aria-pressed={isLarge} onClick={() => setLargeText(!isLarge)}>
        {t('app.largeText')}
      </button>
      <button type="button" lang={other} onClick={() => void chooseLanguage(other)}>
        {other === 'en' ? 'English' : '中文'}
      </button>
    </div>
  );
}

function DemoBar() {
  const { t } = useTranslation();
  return (
    <aside className="demo-bar" aria-label={t('demo.label')}>
      {t('demo.bar')} <Link to="/inbox">{t('demo.inbox')}</Link>
    </aside>
  );
}
