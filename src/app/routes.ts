import type { DependencyContainer } from 'tsyringe';
import { readDemoSignIns } from '../accounts/index.ts';
import { accountsRoutes } from '../http/accounts.routes.ts';
import { agenciesRoutes } from '../http/agencies.routes.ts';
import { agencyWebhooksRoutes } from '../http/agency-webhooks.routes.ts';
import { batchesRoutes } from '../http/batches.routes.ts';
import { billFilesRoutes } from '../http/bill-files.routes.ts';
import { billingRoutes } from '../http/billing.routes.ts';
import { breaksRoutes } from '../http/breaks.routes.ts';
import { connectionsRoutes } from '../http/connections.routes.ts';
import { demoRoutes } from '../http/demo.routes.ts';
import { disputesRoutes } from '../http/disputes.routes.ts';
import { financeNamesRoutes } from '../http/finance-names.routes.ts';
import { householdsRoutes } from '../http/households.routes.ts';
import { onboardingRoutes } from '../http/onboarding.routes.ts';
import { operationsRoutes } from '../http/operations.routes.ts';
import { receiptsRoutes } from '../http/receipts.routes.ts';
import type { Route } from '../http/route.ts';
import { runsRoutes } from '../http/runs.routes.ts';
import { settlementsRoutes } from '../http/settlements.routes.ts';
import { statementsRoutes } from '../http/statements.routes.ts';
import { webhooksRoutes } from '../http/webhooks.routes.ts';
import { TOKENS as T } from './container.ts';
import { demoPowerAgency } from './demo-power-agency.ts';
import { demoAccounts } from './seed.ts';

/** Residents of a demo: any phone may sign in; these are told about. */
export const DEMO_RESIDENTS = [
  { phone: '13800138000', note: '演示居民 A demo resident' },
  { phone: '13900139000', note: '另一位演示居民 Another demo resident' },
];

/** Every route of the API. Making them connects to nothing. */
export function createRoutes(container: DependencyContainer): Route[] {
  const config = container.resolve(T.config);
  const db = container.resolve(T.db);
  const clock = container.resolve(T.clock);
  const vault = container.resolve(T.vault);
  const accounts = container.resolve(T.accounts);
  const agencies = container.resolve(T.agencies);
  const billing = container.resolve(T.billing);
  const savedAccounts = container.resolve(T.savedAccounts);
  const office = container.resolve(T.settlement);
  const { sources, intake, flow, runs, explanations, breaks } = container.resolve(T.reconciliation);
  const { demo } = config;
  const addressIndex = (address: string) => accounts.addressIndex(address);
  return [
    ...accountsRoutes({
      accounts,
      publicUrl: config.publicUrl,
      demo: demo && {
        signIns: () => {
          const staff = demo.staff.map(({ email, password, role }) => ({ email, password, role }));
          return readDemoSignIns({ db, vault, clock }, { residents: DEMO_RESIDENTS, staff });
        },
        messages: (limit) => container.resolve(T.sandboxSms).latest(limit),
      },
    }),
    ...agenciesRoutes({ agencies, clock }),
    ...billFilesRoutes({ billFiles: container.resolve(T.billFiles) }),
    ...householdsRoutes({ savedAccounts, agencies }),
    ...billingRoutes({
      billing,
      agencies,
      savedAccount: (residentId, savedAccountId) => savedAccounts.get(residentId, savedAccountId),
      addressIndex,
      db,
      clock,
    }),
    ...webhooksRoutes({ notifications: billing.notifications }),
    ...disputesRoutes({ disputes: billing.disputes, addressIndex, db, clock }),
    ...onboardingRoutes({ onboarding: container.resolve(T.onboarding), accounts, clock }),
    ...agencyWebhooksRoutes({ webhooks: container.resolve(T.webhookEndpoints), addressIndex }),
    ...financeNamesRoutes({ agencies, sources, staff: accounts.staffDirectory, clock }),
    ...settlementsRoutes({ office, addressIndex }),
    ...runsRoutes({ runs, explanations, addressIndex }),
    ...breaksRoutes({ breaks, addressIndex }),
    ...statementsRoutes({ sources, intake, batches: flow.batches, addressIndex }),
    ...batchesRoutes({ flow, addressIndex }),
    ...receiptsRoutes({ receipts: billing.receipts }),
    ...operationsRoutes({
      db,
      clock,
      addressIndex,
      sendTasks: (topic, taskIds) => container.resolve(T.taskSender).send(topic, taskIds),
    }),
    ...connectionsRoutes({ health: agencies.health, postingDelays: () => billing.postingDelays() }),
    ...(demo
      ? demoRoutes(
          demoPowerAgency(container.resolve(T.httpClient), demo.powerAgency),
          demoAccounts(demo.city),
        )
      : []),
  ];
}
