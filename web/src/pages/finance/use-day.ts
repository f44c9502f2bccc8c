import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, bodyOf } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import type { ReconciliationDay } from '../../api/types.ts';
import { CONSOLE_KEY } from '../agency/parts.tsx';

/** Between looks when no stream of events is to be had, and beside one that may be held back on the way. */
const POLL_MS = 3_000;
const SAFETY_POLL_MS = 20_000;

/** A business date as it is now: told by the server's events, also after a refresh; asked for while those do not come. */
export function useDay(businessDate: string) {
  const [isStreaming, setStreaming] = useState(false);
  const queryKey = [CONSOLE_KEY, 'day', businessDate];
  const day = useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<ReconciliationDay> => {
      const params = { path: { businessDate } };
      return bodyOf(await api.GET('/v1/reconciliation/days/{businessDate}', { params, signal }));
    },
    staleTime: 0,
    refetchInterval: isStreaming ? SAFETY_POLL_MS : POLL_MS,
  });
  useEffect(() => {
    const events = new EventSource(`/v1/reconciliation/days/${encodeURIComponent(businessDate)}/events`);
    events.onopen = () => setStreaming(true);
    // The browser dials again by itself; until it is through, asking takes over.
    events.onerror = () => setStreaming(false);
    events.addEventListener('day', (event: MessageEvent<string>) => {
      const told: ReconciliationDay = JSON.parse(event.data);
      queryClient.setQueryData([CONSOLE_KEY, 'day', businessDate], told);
    });
    return () => {
      events.close();
      setStreaming(false);
    };
  }, [businessDate]);
  return day;
}
