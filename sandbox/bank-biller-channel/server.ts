import { type Clock, systemClock } from '../../src/kernel/clock.ts';
import { type AgencyServer, startAgencyServer } from '../support/agency-server.ts';
import { BillerBank } from './bank.ts';
import type { ChannelKeys } from './messages.ts';

export interface BillerBankOptions {
  /** On 127.0.0.1; 0 is any free one. */
  port: number;
  /** Where its books are kept. */
  dataDir: string;
  keys: ChannelKeys;
  /** For `/control`, in the header `X-Control-Token`. */
  controlToken: string;
  /** Real time, for signatures and as the base of the bank's own clock. */
  clock?: Clock;
}

/** A running bank; `bank` does what `/control` does, for tests in the same process. */
export type RunningBillerBank = AgencyServer & { bank: BillerBank };

/** Starts the bank's system: its interface at `/cloudpay/v2`, its control under `/control`. */
export async function startBillerBank(options: BillerBankOptions): Promise<RunningBillerBank> {
  const bank = await BillerBank.open(options.dataDir, options.keys, options.clock ?? systemClock);
  return { ...(await startAgencyServer(bank, options)), bank };
}
