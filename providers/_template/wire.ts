import { z } from 'zod';

/** What the agency really sends. Unknown members are ignored; a missing or odd one makes the answer not understood. */

/** Every answer. */
export const replySchema = z.object({ code: z.string().min(1).max(32), data: z.unknown().optional() });

const fen = z.int().min(1).max(10_000_000_000);
const instant = z.iso.datetime();

const holderSchema = z.object({ holder: z.string().max(100), address: z.string().max(200) });

export const billsSchema = holderSchema.extend({
  queryId: z.string().min(1).max(64),
  bills: z
    .array(
      z.object({
        billId: z.string().min(1).max(64),
        /** `YYYY-MM` */
        period: z.string().regex(/^\d{4}-\d{2}$/),
        amountFen: fen,
        dueDate: z.iso.date(),
      }),
    )
    .min(1),
});

export const nothingDueSchema = holderSchema;

export const closedSchema = z.object({ opensAt: instant });

export const paymentSchema = z.object({
  reference: z.string(),
  /** Kept as the agency's reference: anything else is not understood rather than not storable. */
  serial: z.string().regex(/^[\x21-\x7e]{1,64}$/),
  amountFen: fen,
  /** POSTED, PROCESSING or REFUSED; anything else is a state we do not know. */
  state: z.string(),
  postedAt: instant.optional(),
  expectedBy: instant.optional(),
  refusal: z.string().max(32).optional(),
});

export const statementSchema = z.object({
  fileName: z.string().regex(/^[\w-]{1,80}\.csv$/),
  content: z.string().max(900_000),
});
export const notReadySchema = z.object({ availableAt: instant });
