import 'reflect-metadata';
import { Registry } from 'prom-client';
import {
  type DependencyContainer,
  type InjectionToken,
  instanceCachingFactory,
  container as root,
} from 'tsyringe';
import {
  type Accounts,
  createAccounts,
  SandboxSmsSender,
  type SmsSender,
  WebhookSmsSender,
} from '../accounts/index.ts';
import {
  type Agencies,
  createAgencies,
  createOnboarding,
  type OnboardingService,
  WEBHOOK_TOPIC,
  WebhookDeliveries,
  WebhookEndpoints,
} from '../agencies/index.ts';
import { type BillFiles, createBillFiles, createBillStore } from '../bill-files/index.ts';
import { type Billing, createBilling, PAYMENT_TOPIC, SURPLUS_REFUND_TOPIC } from '../billing/index.ts';
import type { Logger } from '../contract/index.ts';
import { SavedAccounts } from '../households/index.ts';
import { createIdempotencyStore } from '../http/idempotency.service.ts';
import { createVault, type Vault } from '../infra/crypto/index.ts';
import { type Db, openDb } from '../infra/db/index.ts';
import { createLogger } from '../infra/log/index.ts';
import { type ClosableHttpClient, createHttpClient } from '../infra/outbound-http/index.ts';
import { type ClosableTcpClient, createTcpClient } from '../infra/outbound-tcp/index.ts';
import { QueueFactory } from '../infra/queue/index.ts';
import { ReconciliationFlow, TaskSender } from '../jobs/index.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import type { SettlementOffice } from '../settlement/index.ts';
import type { Config } from './config.ts';
import { conformanceKits } from './conformance-kits.ts';
import { PLUG_INS } from './plug-ins.ts';
import { createReconciliation, type Reconciliation } from './reconciliation.ts';
import { createSettlementOffice } from './settlement-office.ts';

/** Names a thing in the container together with its type. */
const token = <T>(name: string) => Symbol(name) as InjectionToken<T>;

export const TOKENS = {
  config: token<Config>('config'),
  clock: token<Clock>('clock'),
  log: token<Logger>('log'),
  db: token<Db>('db'),
  vault: token<Vault>('vault'),
  metrics: token<Registry>('metrics'),
  httpClient: token<ClosableHttpClient>('httpClient'),
  ownHttpClient: token<ClosableHttpClient>('ownHttpClient'),
  tcpClient: token<ClosableTcpClient>('tcpClient'),
  queues: token<QueueFactory>('queues'),
  taskSender: token<TaskSender>('taskSender'),
  reconciliationQueue: token<ReconciliationFlow>('reconciliationQueue'),
  reconciliation: token<Reconciliation>('reconciliation'),
  sandboxSms: token<SandboxSmsSender>('sandboxSms'),
  accounts: token<Accounts>('accounts'),
  agencies: token<Agencies>('agencies'),
  billFiles: token<BillFiles>('billFiles'),
  onboarding: token<OnboardingService>('onboarding'),
  webhookEndpoints: token<WebhookEndpoints>('webhookEndpoints'),
  webhookDeliveries: token<WebhookDeliveries>('webhookDeliveries'),
  billing: token<Billing>('billing'),
  savedAccounts: token<SavedAccounts>('savedAccounts'),
  settlement: token<SettlementOffice>('settlement'),
  idempotency: token<ReturnType<typeof createIdempotencyStore>>('idempotency'),
};

const T = TOKENS;

/** Registers what is made once, when it is first asked for. */
type Single = <T>(name: InjectionToken<T>, make: (container: DependencyContainer) => T) => void;

/**
 * The composition root: one child container a process part (server, worker), everything in it a singleton. Plain
 * constructors everywhere else; only this folder knows tsyringe.
 */
export function createContainer(config: Config, service: string, clock = systemClock): DependencyContainer {
  const container = root.createChildContainer();
  const single: Single = (name, make) =>
    container.register(name, { useFactory: instanceCachingFactory(make) });
  container.register(T.config, { useValue: config });
  container.register(T.clock, { useValue: clock });
  single(T.log, () => createLogger({ level: config.logLevel, service }));
  single(T.db, () => openDb({ url: config.databaseUrl, poolMax: config.poolMax }));
  single(T.vault, () => createVault(config.vaultKeys));
  single(T.metrics, () => new Registry());
  // Sandboxes live on this machine; real agencies never have a private address.
  single(T.httpClient, () => createHttpClient({ allowPrivateAddresses: config.demo !== null }));
  single(T.tcpClient, () => createTcpClient({ allowPrivateAddresses: config.demo !== null }));
  // What the settings name is the operator's own, and may lie in their own network.
  single(T.ownHttpClient, () => createHttpClient({ allowPrivateAddresses: true }));
  single(T.queues, (c) => {
    const log = c.resolve(T.log);
    return new QueueFactory(config.queueStore, (error) => log.warn('the queue reports an error', { error }));
  });
  single(T.taskSender, (c) => {
    const topics = [PAYMENT_TOPIC, SURPLUS_REFUND_TOPIC, WEBHOOK_TOPIC];
    return new TaskSender(c.resolve(T.queues), topics, c.resolve(T.log));
  });
  single(T.sandboxSms, (c) => new SandboxSmsSender(foundation(c)));
  single(T.accounts, (c) =>
    createAccounts({
      ...foundation(c),
      config: { publicUrl: config.publicUrl, smsSender: smsSenderOf(c) },
    }),
  );
  single(T.agencies, (c) =>
    createAgencies({
      ...foundation(c),
      plugIns: PLUG_INS,
      httpClient: c.resolve(T.httpClient),
      tcpClient: c.resolve(T.tcpClient),
      billStoreOf: createBillStore(foundation(c)),
    }),
  );
  single(T.onboarding, (c) =>
    createOnboarding({
      ...foundation(c),
      plugIns: PLUG_INS,
      agencies: c.resolve(T.agencies),
      conformanceKits: conformanceKits({ http: c.resolve(T.httpClient), clock: c.resolve(T.clock) }),
    }),
  );
  single(T.webhookEndpoints, (c) => new WebhookEndpoints(webhookDeps(c)));
  single(T.webhookDeliveries, (c) => new WebhookDeliveries(webhookDeps(c)));
  single(T.billFiles, (c) => createBillFiles({ ...foundation(c), agencies: c.resolve(T.agencies) }));
  single(T.billing, (c) =>
    createBilling({
      ...foundation(c),
      agencies: c.resolve(T.agencies),
      publicUrl: config.publicUrl,
      sendTasks: (taskIds) => c.resolve(T.taskSender).send(PAYMENT_TOPIC, taskIds),
    }),
  );
  single(T.savedAccounts, (c) => {
    const { queries } = c.resolve(T.billing);
    return new SavedAccounts({
      ...foundation(c),
      agencies: c.resolve(T.agencies),
      queryBills: (residentId, agencyId, inputs) => queries.query(residentId, agencyId, inputs),
    });
  });
  single(T.idempotency, (c) => createIdempotencyStore(foundation(c)));
  registerFinance(single, config);
  return container;
}

/** What closes the day: reconciliation and settlement. */
function registerFinance(single: Single, config: Config): void {
  single(T.reconciliationQueue, (c) => new ReconciliationFlow(c.resolve(T.queues), c.resolve(T.log)));
  single(T.reconciliation, (c) =>
    createReconciliation({
      ...foundation(c),
      accounts: c.resolve(T.accounts),
      agencies: c.resolve(T.agencies),
      billing: c.resolve(T.billing),
      settle: () => c.resolve(T.settlement).settlements.settleDue(),
      send: (batches) => c.resolve(T.reconciliationQueue).send(batches),
    }),
  );
  single(T.settlement, (c) => {
    const parts = { agencies: c.resolve(T.agencies), onboarding: c.resolve(T.onboarding) };
    return createSettlementOffice({ ...foundation(c), ...parts, billing: c.resolve(T.billing) }, config);
  });
}

/** In a demo nothing is sent for real; elsewhere it is as the settings say. */
function smsSenderOf(container: DependencyContainer): SmsSender | null {
  const { demo, smsWebhook } = container.resolve(TOKENS.config);
  if (demo) return container.resolve(TOKENS.sandboxSms);
  const http = container.resolve(TOKENS.ownHttpClient);
  return smsWebhook && new WebhookSmsSender({ ...foundation(container), http }, smsWebhook);
}

function webhookDeps(container: DependencyContainer) {
  const allowPrivateAddresses = container.resolve(TOKENS.config).demo !== null;
  return { ...foundation(container), http: container.resolve(TOKENS.httpClient), allowPrivateAddresses };
}

/** What nearly everything stands on. */
function foundation(container: DependencyContainer): { db: Db; vault: Vault; clock: Clock; log: Logger } {
  return {
    db: container.resolve(TOKENS.db),
    vault: container.resolve(TOKENS.vault),
    clock: container.resolve(TOKENS.clock),
    log: container.resolve(TOKENS.log),
  };
}

/** Lets go of what a container holds open: queues, sockets, the database. */
export async function closeContainer(container: DependencyContainer): Promise<void> {
  await container.resolve(TOKENS.taskSender).close();
  await container.resolve(TOKENS.reconciliationQueue).close();
  await container.resolve(TOKENS.httpClient).close();
  await container.resolve(TOKENS.ownHttpClient).close();
  await container.resolve(TOKENS.tcpClient).close();
  await container.resolve(TOKENS.db).destroy();
}
