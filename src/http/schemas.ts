import { z } from 'zod';

/** Shapes that many routes share. */

export const moneySchema = z
  .object({
    amountMinor: z.int().describe('Integer count of minor units, such as fen'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .describe('ISO 4217'),
  })
  .meta({ id: 'Money' });

export const localTextSchema = z.object({ 'zh-CN': z.string(), en: z.string() }).meta({ id: 'LocalText' });

/** A moment, as ISO 8601 in UTC. */
export const instantSchema = z.iso.datetime();

export function instantOf(atMs: number): string {
  return new Date(atMs).toISOString();
}

export function instantOrNull(atMs: number | null): string | null {
  return atMs === null ? null : instantOf(atMs);
}

/** An id of a kind, in a path or a body; anything of another shape never reaches the database. */
export function idSchema(prefix: string) {
  return z.string().regex(new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`));
}

/** An agency's id, in a path; anything of another shape never reaches the database. */
export const agencyIdSchema = z.string().regex(/^[a-z][a-z0-9-]{2,63}$/);

/** `?limit=&cursor=` of every list. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z
    .string()
    .regex(/^[\w.~-]{1,200}$/)
    .optional()
    .describe('`nextCursor` of the page before; opaque'),
});

/** `{items, nextCursor}`; `nextCursor` is null on the last page. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
