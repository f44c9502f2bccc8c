import { Webhook } from 'standardwebhooks';
import { type ChannelEvent, defineChannel, type InboundRequest } from '../../src/contract/index.ts';
import { callBank } from './client.ts';
import {
  toChannelEvent,
  toDebitAnswer,
  toDebitOutcome,
  toOrderRequest,
  toRefundAnswer,
  toRefundOutcome,
  toRefundRequest,
  toStatementFetch,
} from './map.ts';
import { type BankSettings, settingsSchema } from './settings.ts';

const FILE_LIMITS = { timeoutMs: 60_000, maxResponseBytes: 64 * 1024 * 1024 };

/** The sandbox bank as a channel: debits with the resident's confirmation on the bank's page. */
export default defineChannel<BankSettings>({
  kind: 'sandbox-bank',
  names: { 'zh-CN': '沙盒银行', en: 'Sandbox Bank' },
  settings: settingsSchema,
  operations: {
    async debit(context, request) {
      const payload = toOrderRequest(request, context.settings.confirmation);
      return toDebitOutcome(await callBank(context, '/merchant/v1/orders', payload), request.reference);
    },
    async queryDebit(context, { reference }) {
      const answer = await callBank(context, '/merchant/v1/orders/query', { merOrderNo: reference });
      return toDebitAnswer(answer, reference);
    },
    async refund(context, request) {
      const answer = await callBank(context, '/merchant/v1/refunds', toRefundRequest(request));
      return toRefundOutcome(answer, request.reference);
    },
    async queryRefund(context, { reference }) {
      const answer = await callBank(context, '/merchant/v1/refunds/query', { merRefundNo: reference });
      return toRefundAnswer(answer, reference);
    },
    async parseWebhook({ settings, log }, request) {
      const event = parseWebhook(settings, request);
      if (event.kind === 'ignored') log.warn('the bank sent a notification that its manual does not list');
      return event;
    },
    async fetchStatement(context, { businessDate }) {
      const answer = await callBank(context, '/merchant/v1/statements', { date: businessDate }, FILE_LIMITS);
      return toStatementFetch(answer, businessDate);
    },
  },
});

/** Checks signature and age (five minutes, by the machine's clock) before anything is read. */
function parseWebhook(settings: BankSettings, { headers, rawBody }: InboundRequest): ChannelEvent {
  const text = Buffer.from(rawBody).toString('utf8');
  try {
    new Webhook(settings.webhookSecret).verify(text, { ...headers }, { jsonParse: false });
  } catch {
    return { kind: 'notAuthentic' };
  }
  return toChannelEvent(headers['webhook-id'] ?? '', text);
}
