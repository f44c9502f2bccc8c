import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf } from '../../api/client.ts';
import type { WebhookEndpoint } from '../../api/types.ts';
import { formatExactTime } from '../../format.ts';
import { TextField } from '../../parts/field.tsx';
import { Choices, Secret } from './keys.tsx';
import { Action, CONSOLE_KEY, Panel } from './parts.tsx';
import { useTexts } from './texts.ts';

const EVENT_TYPES = [
  'payment.posted',
  'payment.undone',
  'dispute.opened',
  'settlementAccount.changeRequested',
  'manifest.versionLive',
  'billFile.imported',
] as const;
type EventType = (typeof EVENT_TYPES)[number];
const LOG_REFRESH_MS = 5_000;
const RESENT_MS = 3 * 86_400_000;

/** Where the agency is told of what happens. */
export function AgencyWebhooks({ agencyId }: { agencyId: string }) {
  const texts = useTexts();
  const [shown, setShown] = useState<string | null>(null);
  const path = { agencyId };
  const endpoints = useQuery({
    queryKey: [CONSOLE_KEY, 'webhooks', agencyId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET('/v1/agencies/{agencyId}/webhook-endpoints', { params: { path }, signal })).items,
    staleTime: 0,
  });
  return (
    <Panel title={texts.webhooks} query={endpoints}>
      <Secret secret={shown} />
      {endpoints.data?.length === 0 ? <p>{texts.noWebhooks}</p> : null}
      <ul className="stack">
        {endpoints.data?.map((endpoint) => (
          <Endpoint key={endpoint.endpointId} agencyId={agencyId} endpoint={endpoint} onShown={setShown} />
        ))}
      </ul>
      <NewEndpoint agencyId={agencyId} onShown={setShown} />
      <DeliveryLog agencyId={agencyId} />
    </Panel>
  );
}

interface EndpointProps {
  agencyId: string;
  endpoint: WebhookEndpoint;
  onShown(secret: string): void;
}

function Endpoint({ agencyId, endpoint, onShown }: EndpointProps) {
  const texts = useTexts();
  const { endpointId, url, eventTypes, status, failingSince } = endpoint;
  const params = { path: { agencyId, endpointId } };
  const rotate = async () => {
    const made = await api.POST('/v1/agencies/{agencyId}/webhook-endpoints/{endpointId}/rotate-secret', {
      params,
      body: {},
    });
    onShown(bodyOf(made).secret);
  };
  const resendFailed = () =>
    api.POST('/v1/agencies/{agencyId}/webhook-endpoints/{endpointId}/resend-failed', {
      params,
      body: { since: new Date(Date.now() - RESENT_MS).toISOString() },
    });
  return (
    <li className="stack-tight task">
      <p className="long-text">
        <code>{url}</code>
      </p>
      <p className="weak small">{eventTypes.map((type) => texts.events[type]).join(' · ')}</p>
      {failingSince ? (
        <p className="bad">
          {texts.failingSince} {formatExactTime(failingSince)}
        </p>
      ) : null}
      {status === 'disabled' ? (
        <>
          <p className="bad">{texts.disabled}</p>
          <Action
            label={texts.enable}
            run={() =>
              api.PUT('/v1/agencies/{agencyId}/webhook-endpoints/{endpointId}', {
                params,
                body: { url, eventTypes },
              })
            }
          />
        </>
      ) : (
        <div className="console-actions">
          <Action
            label={texts.sendTest}
            run={() => api.POST('/v1/agencies/{agencyId}/webhook-endpoints/{endpointId}/test', { params })}
          />
          <Action label={texts.rotate} run={rotate} />
          <Action label={texts.resendFailed} run={resendFailed} />
        </div>
      )}
      <Action
        label={texts.remove}
        isForGood
        run={() => api.DELETE('/v1/agencies/{agencyId}/webhook-endpoints/{endpointId}', { params })}
      />
    </li>
  );
}

function NewEndpoint({ agencyId, onShown }: Pick<EndpointProps, 'agencyId' | 'onShown'>) {
  const texts = useTexts();
  const [url, setUrl] = useState('');
  const [eventTypes, setEventTypes] = useState<readonly EventType[]>(['payment.posted']);
  const create = async () => {
    const body = { url: url.trim(), eventTypes: [...eventTypes] };
    const params = { path: { agencyId } };
    onShown(bodyOf(await api.POST('/v1/agencies/{agencyId}/webhook-endpoints', { params, body })).secret);
  };
  return (
    <div className="stack-tight">
      <TextField label={texts.url} type="url" value={url} onChange={setUrl} maxLength={1_000} />
      <Choices names={texts.events} all={EVENT_TYPES} chosen={eventTypes} onChange={setEventTypes} />
      <Action
        label={texts.addEndpoint}
        isDisabled={!url.trim() || eventTypes.length === 0}
        run={create}
        onDone={() => setUrl('')}
      />
    </div>
  );
}

/** What was sent lately and what came of it. */
function DeliveryLog({ agencyId }: { agencyId: string }) {
  const texts = useTexts();
  const log = useQuery({
    queryKey: [CONSOLE_KEY, 'deliveries', agencyId],
    queryFn: async ({ signal }) => {
      const params = { path: { agencyId } };
      return bodyOf(await api.GET('/v1/agencies/{agencyId}/webhook-deliveries', { params, signal })).items;
    },
    staleTime: 0,
    refetchInterval: LOG_REFRESH_MS,
  });
  return (
    <div className="stack-tight">
      <h3>{texts.log}</h3>
      {log.data?.length === 0 ? <p>{texts.noDeliveries}</p> : null}
      <ul className="stack">
        {log.data?.map(({ deliveryId, eventType, status, attempts, createdAt }) => (
          <li key={deliveryId} className="task">
            <p>
              <strong>{texts.events[eventType]}</strong> · {texts.deliveries[status]} · {attempts}{' '}
              {texts.attempts}
            </p>
            <p className="weak small">{formatExactTime(createdAt)}</p>
            {status === 'waiting' ? null : (
              <Action
                label={texts.resend}
                run={() =>
                  api.POST('/v1/agencies/{agencyId}/webhook-deliveries/{deliveryId}/resend', {
                    params: { path: { agencyId, deliveryId } },
                  })
                }
              />
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
