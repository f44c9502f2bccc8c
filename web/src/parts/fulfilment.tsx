import Button from 'antd-mobile/es/components/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Fulfilment } from '../api/types.ts';
import { inGroups, local } from '../format.ts';
import { announce } from './announce.ts';
import { Icon } from './icons.tsx';

/** What is still to be done with what was bought: a token to type into a meter, a card to write. */
export function FulfilmentCard({ fulfilment }: { fulfilment: Fulfilment }) {
  const { t } = useTranslation();
  if (fulfilment.kind === 'token') {
    return (
      <section className="panel stack fulfilment" aria-label={t('fulfilment.token')}>
        <h2>{t('fulfilment.token')}</h2>
        <Code code={fulfilment.token} />
        {fulfilment.units ? <p>{t('fulfilment.units', { units: fulfilment.units })}</p> : null}
        <p className="weak small">{t('fulfilment.tokenHelp')}</p>
      </section>
    );
  }
  return (
    <section className="panel stack fulfilment" aria-label={t('fulfilment.card')}>
      <h2>{t('fulfilment.card')}</h2>
      <p>{local(fulfilment.instruction)}</p>
      {fulfilment.code ? <Code code={fulfilment.code} /> : null}
    </section>
  );
}

function Code({ code }: { code: string }) {
  const { t } = useTranslation();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(code);
    setCopied(true);
    announce(t('fulfilment.copied'));
  };
  return (
    <>
      <p className="token number">{inGroups(code)}</p>
      {/* Browsers have no clipboard for pages that came over plain http. */}
      {navigator.clipboard ? (
        <Button className="no-print" block onClick={() => void copy()}>
          <span className="row-inline">
            <Icon name={isCopied ? 'check' : 'copy'} />
            {isCopied ? t('fulfilment.copied') : t('fulfilment.copy')}
          </span>
        </Button>
      ) : null}
    </>
  );
}
