import type { Bill } from '../../api/types.ts';

/** A plain bill for tests to change. */
export function someBill(period: string, amountMinor: number, inFlightPaymentId: string | null = null): Bill {
  return {
    billId: `bill-${period}`,
    period,
    amountDue: { amountMinor, currency: 'CNY' },
    minimumDue: null,
    amountOptions: [],
    dueDate: null,
    lines: [],
    facts: [],
    inFlightPaymentId,
  };
}
