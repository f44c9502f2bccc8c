import { WEBHOOK_TOPIC } from '../agencies/index.ts';
import { PAYMENT_TOPIC, SURPLUS_REFUND_TOPIC } from '../billing/index.ts';
import {
  HealthReports,
  Heartbeat,
  Housekeeping,
  ReconciliationWorker,
  Sweeper,
  TaskWorker,
} from '../jobs/index.ts';
import type { Config } from './config.ts';
import { closeContainer, createContainer, TOKENS as T } from './container.ts';
import type { Running } from './server.ts';

/** Starts a worker: it carries payments on, sends what was missed, and tidies up. Any number may run beside each other. */
export async function startWorker({ config }: { config: Config }): Promise<Running> {
  const container = createContainer(config, 'worker');
  const db = container.resolve(T.db);
  const clock = container.resolve(T.clock);
  const log = container.resolve(T.log);
  const billing = container.resolve(T.billing);
  const accounts = container.resolve(T.accounts);
  const idempotency = container.resolve(T.idempotency);
  const queues = container.resolve(T.queues);
  const { health } = container.resolve(T.agencies);
  const payments = new TaskWorker({ db, clock, log, queues }, PAYMENT_TOPIC, (tasks) =>
    billing.advances.run(tasks),
  );
  const surplusRefunds = new TaskWorker({ db, clock, log, queues }, SURPLUS_REFUND_TOPIC, (tasks) =>
    billing.surplusRefunds.run(tasks),
  );
  const webhookDeliveries = container.resolve(T.webhookDeliveries);
  const webhooks = new TaskWorker({ db, clock, log, queues }, WEBHOOK_TOPIC, (tasks) =>
    webhookDeliveries.run(tasks),
  );
  const { flow, sources } = container.resolve(T.reconciliation);
  const reconciliation = new ReconciliationWorker(
    queues,
    container.resolve(T.reconciliationQueue),
    {
      runPhase: (key, phase) => flow.steps.run(key, phase),
      reportDay: (businessDate) => flow.reports.writeOfDay(businessDate),
      plan: async () => {
        await sources.sync();
        await flow.plan();
      },
      takeNudges: () => flow.takeNudges(),
      abandon: () => flow.steps.stop(),
    },
    log,
  );
  const sweeper = new Sweeper(db, clock, log, container.resolve(T.taskSender));
  const housekeeping = new Housekeeping(
    {
      'bill queries': () => billing.purge(),
      sessions: () => accounts.purgeExpired(),
      commands: () => idempotency.purgeExpired(),
      'health of connections': () => health.purge(),
      'webhook deliveries': () => webhookDeliveries.purge(),
    },
    log,
  );
  const heartbeat = new Heartbeat(db, clock);
  const healthReports = new HealthReports(() => health.write(), log);
  payments.start();
  surplusRefunds.start();
  webhooks.start();
  reconciliation.start();
  sweeper.start();
  housekeeping.start();
  healthReports.start();
  await heartbeat.start();
  return {
    async stop() {
      // No new work first; then what is in hand is finished, while its claims still hold.
      await sweeper.stop();
      await Promise.all([payments.stop(), surplusRefunds.stop(), webhooks.stop(), reconciliation.stop()]);
      await housekeeping.stop();
      await healthReports.stop();
      await heartbeat.stop();
      await closeContainer(container);
    },
  };
}
