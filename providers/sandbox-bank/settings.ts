import { z } from 'zod';

/** What a connection to the bank needs. */
export const settingsSchema = z.object({
  baseUrl: z.url({ protocol: /^https?$/ }),
  merchantId: z.string().min(1).max(64),
  /** Signs our calls and the bank's answers. Secret. */
  merchantKey: z.string().min(16).max(256),
  /** Signs the bank's notifications, in the form of Standard Webhooks. Secret. */
  webhookSecret: z.string().regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/),
  /** `none` needs a standing agreement between the bank and the payer: debited at once, without the bank's page. */
  confirmation: z.enum(['page', 'none']).default('page'),
  timeoutMs: z.int().min(100).max(60_000).default(8_000),
});

export type BankSettings = z.output<typeof settingsSchema>;
