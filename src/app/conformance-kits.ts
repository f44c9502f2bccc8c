import { runConformance, settingsSchema, testAccountsSchema } from '../../providers/open-protocol/index.ts';
import type { ConformanceKit } from '../agencies/index.ts';
import type { HttpClient } from '../contract/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { DomainError } from '../kernel/errors.ts';
import { schemaProblems } from '../kernel/schema-problems.ts';

/**
 * By kind of connection. A kind without a kit is proven by the contract suite, whose report one person attaches and
 * another one accepts.
 */
export function conformanceKits(tools: {
  http: HttpClient;
  clock: Clock;
}): Readonly<Record<string, ConformanceKit>> {
  return {
    'open-protocol': async ({ manifest, connection, testAccounts }) => {
      const accounts = testAccountsSchema.safeParse(testAccounts, { reportInput: true });
      if (!accounts.success) {
        const fields = schemaProblems(accounts.error, ['testAccounts']);
        throw new DomainError('invalid', 'test_accounts_invalid', { fields });
      }
      const settings = settingsSchema.parse(connection.settings);
      const report = await runConformance({ ...tools, manifest, settings, accounts: accounts.data });
      return { passed: report.passed, report };
    },
  };
}
