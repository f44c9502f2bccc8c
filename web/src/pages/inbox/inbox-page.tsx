import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import { formatPhone, formatTime } from '../../format.ts';
import { announce } from '../../parts/announce.ts';
import { Note, ProblemNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { Waiting } from '../../parts/waiting.tsx';

const REFRESH_MS = 3_000;

/** Demo only: the text messages that would have gone to telephones. Refreshes while it is looked at. */
export default function InboxPage() {
  const { t } = useTranslation();
  const messages = useQuery({
    queryKey: ['demo', 'messages'],
    queryFn: async ({ signal }) => bodyOf(await api.GET('/v1/demo/sms-messages', { signal })).items,
    refetchInterval: REFRESH_MS,
    staleTime: 0,
  });
  const isNoDemo = messages.error instanceof ApiProblem && messages.error.status === 404;
  const count = messages.data?.length;
  const before = useRef(count);
  useEffect(() => {
    if (count !== undefined && before.current !== undefined && count > before.current)
      announce(t('inbox.arrived'));
    before.current = count;
  }, [count, t]);
  return (
    <Page title={t('inbox.title')}>
      <p className="weak">{t('inbox.intro')}</p>
      {messages.isPending ? <Waiting /> : null}
      {isNoDemo ? <Note tone="info" title={t('inbox.noDemo')} /> : null}
      {messages.isError && !isNoDemo ? (
        <ProblemNote error={messages.error} onRetry={() => void messages.refetch()} />
      ) : null}
      {messages.data?.length === 0 ? <p>{t('inbox.empty')}</p> : null}
      <ul className="stack">
        {messages.data?.map((message) => (
          <li key={`${message.phone} ${message.sentAt} ${message.text}`} className="panel">
            <p className="row-apart weak small">
              <span className="number">{t('inbox.to', { phone: formatPhone(message.phone) })}</span>
              <time dateTime={message.sentAt}>{formatTime(message.sentAt)}</time>
            </p>
            <p>{message.text}</p>
          </li>
        ))}
      </ul>
    </Page>
  );
}
