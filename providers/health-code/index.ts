import { z } from 'zod';
import { defineProvider } from '../../src/contract/index.ts';

const settingsSchema = z.object({
  baseUrl: z.url({ protocol: /^https?$/ }),
  /** Signs our requests and their answers. */
  apiKey: z.string().min(16),
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
});
type Settings = z.output<typeof settingsSchema>;

/** Health code authorities: declared, and without any operation yet (README.md). They never have bills. */
export default defineProvider<Settings>({
  kind: 'health-code',
  settings: settingsSchema,
  operations: {},
});
