import { z } from 'zod';
import { DELIVERY_STATUSES, SECRET_OVERLAP_HOURS, WEBHOOK_EVENT_TYPES } from '../agencies/index.ts';
import { agencyIdSchema, idSchema, instantSchema, pageQuery } from './schemas.ts';

export const agencyParams = z.object({ agencyId: agencyIdSchema });
export const endpointParams = agencyParams.extend({ endpointId: idSchema('whe') });
export const deliveryParams = agencyParams.extend({ deliveryId: idSchema('whd') });

const eventTypes = z.array(z.enum(WEBHOOK_EVENT_TYPES)).min(1).max(WEBHOOK_EVENT_TYPES.length);

export const endpointBody = z.strictObject({
  url: z.string().min(1).max(1_000).describe('Reachable from the internet over https'),
  eventTypes,
});
export const rotateBody = z.strictObject({
  overlapHours: z
    .int()
    .min(0)
    .max(SECRET_OVERLAP_HOURS.most)
    .default(SECRET_OVERLAP_HOURS.default)
    .describe('For how long requests are signed by the old secret, too'),
});
export const resendBody = z.strictObject({ since: instantSchema });
export const deliveriesQuery = pageQuery.extend({
  endpointId: idSchema('whe').optional(),
  status: z.enum(DELIVERY_STATUSES).optional(),
});

export const endpointSchema = z
  .object({
    endpointId: z.string(),
    url: z.string(),
    eventTypes,
    status: z
      .enum(['enabled', 'disabled'])
      .describe('Disabled by us after three days of failures or an answer 410; changing it enables it again'),
    oldSecretUntil: instantSchema.nullable().describe('Until when both secrets sign'),
    failingSince: instantSchema.nullable(),
    createdAt: instantSchema,
  })
  .meta({ id: 'WebhookEndpoint' });
export const shownEndpointSchema = endpointSchema.extend({
  secret: z.string().describe('`whsec_` and base64; shown this once'),
});

export const deliverySchema = z
  .object({
    deliveryId: z.string(),
    endpointId: z.string(),
    eventId: z.string().describe('The header webhook-id'),
    eventType: z.enum([...WEBHOOK_EVENT_TYPES, 'endpoint.test']),
    status: z.enum(DELIVERY_STATUSES),
    attempts: z.int(),
    nextAttemptAt: instantSchema.nullable(),
    createdAt: instantSchema,
    endedAt: instantSchema.nullable(),
  })
  .meta({ id: 'WebhookDelivery' });
export const deliveryDetailSchema = deliverySchema
  .extend({
    payload: z.string().describe('The body as it is sent'),
    log: z
      .array(
        z.object({
          at: instantSchema,
          statusCode: z.int().describe('0 where no answer came'),
          cause: z.string().nullable().describe('Why no answer came'),
          durationMs: z.int(),
          answer: z.string().describe('Its beginning, with numbers masked'),
        }),
      )
      .describe('Newest first'),
  })
  .meta({ id: 'WebhookDeliveryDetail' });
