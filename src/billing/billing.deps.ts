import type { Agencies } from '../agencies/index.ts';
import type { Logger } from '../contract/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import type { Db } from '../infra/db/index.ts';
import type { Clock } from '../kernel/clock.ts';

/** What billing needs to know of agencies. */
export type AgencyDirectory = Pick<
  Agencies,
  'getAgency' | 'getAgencyVersion' | 'chooseRoute' | 'listChannels' | 'gateway'
>;

/** What every part of billing stands on. */
export interface BillingDeps {
  db: Db;
  vault: Vault;
  clock: Clock;
  log: Logger;
  agencies: AgencyDirectory;
  /** Where residents and channels reach us, without a slash at the end. */
  publicUrl: string;
  /** Told of tasks that are due now, after the commit that made them. */
  sendTasks(taskIds: readonly string[]): void;
}
