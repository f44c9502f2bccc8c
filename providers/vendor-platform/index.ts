import { defineProvider } from '../../src/contract/index.ts';
import { call, readSigned, type Settings, settingsSchema } from './client.ts';
import { listAgencies } from './listings.ts';
import {
  toPaymentQueryOutcome,
  toPaymentState,
  toPostingOutcome,
  toQueryOutcome,
  toUndoOutcome,
  toYuan,
} from './map.ts';
import { messageSchema } from './wire.ts';

/** Vendors whose platform speaks for all their customers, as README.md describes it; `agencyCode` is the tenant's id. */
export default defineProvider<Settings>({
  kind: 'vendor-platform',
  settings: settingsSchema,
  operations: {
    listAgencies,

    async queryBills(context, { agencyCode, inputs }) {
      return toQueryOutcome(await call(context, 'bills.query', { tenantId: agencyCode, fields: inputs }));
    },

    async pay(context, request) {
      const answer = await call(context, 'payments.create', {
        reference: request.reference,
        tenantId: request.agencyCode,
        fields: request.inputs,
        bills: request.bills.map(({ billId, amount }) => ({ billId, amount: toYuan(amount) })),
        amount: toYuan(request.amount),
        paidAt: new Date(request.debitedAtMs).toISOString(),
      });
      return toPostingOutcome(answer, request.reference, request.amount);
    },

    async queryPayment(context, { reference }) {
      return toPaymentQueryOutcome(await call(context, 'payments.get', { reference }), reference);
    },

    async refund(context, request) {
      const answer = await call(context, 'refunds.create', {
        reference: request.reference,
        paymentReference: request.originalReference,
        amount: toYuan(request.amount),
      });
      return toUndoOutcome(answer, request);
    },

    async parseWebhook({ settings, log }, { headers, rawBody }) {
      const content = readSigned(settings, headers, rawBody);
      if (content === undefined) return { kind: 'notAuthentic' };
      const message = messageSchema.safeParse(content);
      if (!message.success) {
        log.warn('the platform sent a message that its manual does not list');
        return { kind: 'ignored' };
      }
      const { reference } = message.data.data;
      const outcome = toPaymentState(message.data.data, reference);
      return { kind: 'posting', eventId: headers['webhook-id'] ?? '', reference, outcome };
    },
  },
});
