export { HealthReports } from './health-reports.ts';
export { Heartbeat, isAnyWorkerAlive } from './heartbeat.ts';
export { Housekeeping } from './housekeeping.ts';
export { Sweeper } from './sweeper.ts';
export { TaskSender } from './task-sender.ts';
export { TaskWorker } from './task-worker.ts';
