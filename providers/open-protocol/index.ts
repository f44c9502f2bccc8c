import { defineProvider } from '../../src/contract/index.ts';
import { call, faultOfInbound, type Settings, settingsSchema } from './client.ts';
import {
  jsonOf,
  toPaymentQueryOutcome,
  toPaymentRequest,
  toPaymentState,
  toPlansOutcome,
  toPostingOutcome,
  toQueryOutcome,
  toStatement,
  toUndoOutcome,
  toValidationOutcome,
} from './map.ts';
import { webhookSchema } from './wire.ts';

export { settingsSchema } from './client.ts';
export { type ConformanceTarget, testAccountsSchema } from './conformance/conformance.types.ts';
export { checkText, type ReportLanguage, summaryText } from './conformance/print.ts';
export { signReport, verifyReport } from './conformance/report.ts';
export { CHECK_IDS, runCheck, runConformance } from './conformance/run.ts';

/** Agencies that speak the civicpay open protocol v1, as published in protocol/. */
export default defineProvider<Settings>({
  kind: 'open-protocol',
  settings: settingsSchema,
  operations: {
    async validateAccount(context, request) {
      return toValidationOutcome(await call(context, '/accounts/validate', request));
    },
    async queryBills(context, request) {
      return toQueryOutcome(await call(context, '/bills/query', request));
    },
    async plans(context, request) {
      return toPlansOutcome(await call(context, '/plans/query', request));
    },
    async pay(context, request) {
      const answer = await call(context, '/payments', toPaymentRequest(request));
      return toPostingOutcome(answer, request.reference, request.amount);
    },
    async queryPayment(context, request) {
      return toPaymentQueryOutcome(await call(context, '/payments/query', request), request.reference);
    },
    async reverse(context, request) {
      return toUndoOutcome(await call(context, '/payments/reverse', request), request);
    },
    async refund(context, request) {
      return toUndoOutcome(await call(context, '/payments/refund', request), request);
    },
    async fetchStatement(context, { businessDate, isInterim }) {
      const request = { businessDate, ...(isInterim && { interim: true }) };
      return toStatement(await call(context, '/statements/query', request), businessDate);
    },
    async parseWebhook(context, request) {
      const fault = faultOfInbound(context, request);
      if (fault) {
        context.log.warn('a message that is not theirs', { fault });
        return { kind: 'notAuthentic' };
      }
      const event = webhookSchema.safeParse(jsonOf(request.rawBody));
      if (!event.success) return { kind: 'ignored' };
      const { eventId, reference, payment } = event.data;
      return { kind: 'posting', eventId, reference, outcome: toPaymentState(payment, reference) };
    },
  },
});
