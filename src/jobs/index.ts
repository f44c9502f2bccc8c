export { HealthReports } from './health-reports.ts';
export { Heartbeat, isAnyWorkerAlive } from './heartbeat.ts';
export { Housekeeping } from './housekeeping.ts';
export { ReconciliationFlow } from './reconciliation-flow.ts';
export { ReconciliationWorker } from './reconciliation-worker.ts';
export { Sweeper } from './sweeper.ts';
export { TaskSender } from './task-sender.ts';
export { TaskWorker } from './task-worker.ts';
