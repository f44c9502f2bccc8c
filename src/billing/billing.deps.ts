import type { Agency, Gateway } from '../agencies/index.ts';
import type { LocalText, Logger } from '../contract/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import type { Db } from '../infra/db/index.ts';
import type { Clock } from '../kernel/clock.ts';

/** What billing needs to know of agencies. */
export interface AgencyDirectory {
  getAgency(agencyId: string): Promise<Agency | null>;
  listChannels(): Promise<readonly { channelId: string; names: LocalText }[]>;
  readonly gateway: Gateway;
}

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
