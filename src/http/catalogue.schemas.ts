import { z } from 'zod';
import type { Catalogue } from '../agencies/index.ts';
import { differencesSchema } from './onboarding.schemas.ts';
import { idSchema, instantOf, instantSchema, localTextSchema } from './schemas.ts';

const revisionId = idSchema('cat').describe(
  'Of the list; a new one whenever the connection lists something else',
);

export const catalogueSchema = z
  .object({
    connectionId: z.string(),
    revisionId,
    fetchedAt: instantSchema,
    listedCount: z.int().describe('How many agencies the connection lists'),
    entries: z
      .array(
        z.object({
          agencyCode: z.string().describe('What the connection calls the agency'),
          agencyId: z.string(),
          names: localTextSchema,
          change: z.enum(['added', 'changed', 'removed']),
          differences: differencesSchema.shape.items.describe('Of the manifest; empty unless `changed`'),
          problems: z
            .array(
              z.object({
                pointer: z.string().describe('Into the listing, RFC 6901'),
                code: z.string(),
                params: z.record(z.string(), z.unknown()),
              }),
            )
            .describe('Why it can’t be accepted'),
        }),
      )
      .describe('Where the list and what is live differ, by code'),
  })
  .meta({ id: 'Catalogue' });

export const catalogueSubmissionBody = z.object({
  revisionId,
  agencyCodes: z
    .array(z.string().min(1).max(64))
    .min(1)
    .max(5_000)
    .optional()
    .describe('Absent: all that can be accepted'),
});

export function catalogueOf({ fetchedAtMs, entries, ...rest }: Catalogue): z.input<typeof catalogueSchema> {
  return {
    ...rest,
    fetchedAt: instantOf(fetchedAtMs),
    entries: entries.map(({ proposed: _, problems, differences, ...entry }) => ({
      ...entry,
      differences: [...differences],
      problems: problems.map(({ pointer, code, params = {} }) => ({ pointer, code, params })),
    })),
  };
}
