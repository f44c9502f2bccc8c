import { z } from 'zod';

/** What the parts of a manifest are made of. */

export const localText = z.object({ 'zh-CN': z.string().min(1).max(200), en: z.string().min(1).max(200) });

/** GB/T 2260 code of a place: six digits, `440100` is Guangzhou. */
export const regionCode = z.string().regex(/^\d{6}$/);

/** A name in URLs and files: `guangzhou-power`. */
export const slug = z.string().regex(/^[a-z][a-z0-9-]{2,63}$/);

export const localDate = z.iso.date();

/** What no single field can tell: where in a manifest, and what. */
export interface Fault {
  path: (string | number)[];
  message: string;
}
