import { z } from 'zod';
import type { Agency } from '../agencies/index.ts';
import { localTextSchema } from './schemas.ts';

export const agencySummarySchema = z
  .object({
    agencyId: z.string(),
    names: localTextSchema,
    category: z.string(),
    regions: z.array(z.string()).describe('GB/T 2260 codes'),
  })
  .meta({ id: 'AgencySummary' });

export function agencySummaryOf({ agencyId, manifest }: Agency): z.input<typeof agencySummarySchema> {
  return { agencyId, names: manifest.names, category: manifest.category, regions: manifest.regions };
}
