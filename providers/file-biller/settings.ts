import path from 'node:path';
import { z } from 'zod';

export const settingsSchema = z.object({
  /** Where the agencies' folders are mounted (`<folder>/<agency id>/in`, `out` …); null when files come by upload alone. */
  folder: z.string().refine(path.isAbsolute, 'must be an absolute path').nullable(),
});

export type Settings = z.output<typeof settingsSchema>;
