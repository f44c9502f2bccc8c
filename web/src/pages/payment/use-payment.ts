import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { forgetMoney, paymentQuery, queryClient } from '../../api/queries.ts';
import type { Payment } from '../../api/types.ts';

/** Between looks when no stream of events is to be had. */
const POLL_MS = 3_000;
/** Between looks beside a stream: something on the way may hold its events back without closing it. */
const SAFETY_POLL_MS = 20_000;

/** A payment as it is now: told by the server's events; asked for while those do not come. */
export function usePayment(paymentId: string) {
  const [isStreaming, setStreaming] = useState(false);
  const payment = useQuery({
    ...paymentQuery(paymentId),
    refetchOnMount: 'always',
    refetchInterval: ({ state }) => {
      if (state.data?.final) return false;
      return isStreaming ? SAFETY_POLL_MS : POLL_MS;
    },
  });
  const isOpen = payment.data !== undefined && !payment.data.final;
  useEffect(() => {
    if (!isOpen) return;
    const events = new EventSource(`/v1/payments/${encodeURIComponent(paymentId)}/events`);
    events.onopen = () => setStreaming(true);
    // The browser dials again by itself; until it is through, or when it has given up, asking takes over.
    events.onerror = () => setStreaming(false);
    events.addEventListener('payment', (event: MessageEvent<string>) => {
      const told: Payment = JSON.parse(event.data);
      queryClient.setQueryData(paymentQuery(paymentId).queryKey, told);
      if (told.final) forgetMoney();
    });
    return () => {
      events.close();
      setStreaming(false);
    };
  }, [paymentId, isOpen]);
  return payment;
}
