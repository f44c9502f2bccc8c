import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { api, bodyOf, newIdempotencyKey } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import { type ChosenPart, forgetMoney, paymentQuery, queryClient } from '../../api/queries.ts';
import type { Money } from '../../api/types.ts';

interface Order extends ChosenPart {
  /** What the resident was told they pay in all. */
  total: Money;
  payerName?: string;
  channelId: string;
}

/** How often an order without an answer is sent again by itself, before the resident is asked to. */
const SILENT_RETRIES = 2;

/** Answers that mean that what was seen is no longer so: ask the agency again. */
const STALE_CODES: readonly string[] = ['bill_changed', 'query_expired', 'bill_payment_in_flight'];
/** Answers that come with another amount to agree to. */
const CHANGED_CODES: readonly string[] = ['bill_changed', 'total_changed'];

/**
 * Places an order once. While its fate is unknown the very same order is sent under the very same key, whatever
 * has become of the page's bills in between; a definite answer ends it, and the next order gets a new key.
 */
export function usePlaceOrder(askAgain: () => Promise<unknown>, onBillChanged: () => void) {
  const navigate = useNavigate();
  const undecided = useRef<{ order: Order; idempotencyKey: string } | null>(null);
  const [replacedTotal, setReplacedTotal] = useState<Money | null>(null);
  const place = useMutation({
    mutationFn: async (order: Order) => {
      undecided.current ??= { order, idempotencyKey: newIdempotencyKey() };
      const { order: body, idempotencyKey } = undecided.current;
      const params = { header: { 'Idempotency-Key': idempotencyKey } };
      return bodyOf(
        await api.POST('/v1/payments', { params, body: { ...body, billIds: [...body.billIds] } }),
      );
    },
    retry: (failures, error) => failures < SILENT_RETRIES && isUndecided(error),
    onSuccess: (payment) => {
      undecided.current = null;
      queryClient.setQueryData(paymentQuery(payment.paymentId).queryKey, payment);
      forgetMoney();
      navigate(`/payments/${payment.paymentId}`, { state: { toBank: true } });
    },
    onError: async (error) => {
      if (isUndecided(error)) return;
      const attempted = undecided.current;
      undecided.current = null;
      if (!(error instanceof ApiProblem)) return;
      if (CHANGED_CODES.includes(error.code) && attempted) setReplacedTotal(attempted.order.total);
      if (error.code === 'total_changed') await queryClient.invalidateQueries({ queryKey: ['quote'] });
      if (error.code === 'bill_changed') onBillChanged();
      if (STALE_CODES.includes(error.code)) await askAgain();
    },
  });
  return { place, replacedTotal };
}

/** It may have been carried out, or is being carried out right now. */
function isUndecided(error: unknown): boolean {
  if (!(error instanceof ApiProblem)) return true;
  return error.isOutcomeUnknown || error.code === 'idempotency_in_flight' || error.status === 429;
}
