import { type Clock, systemClock } from '../../src/kernel/clock.ts';
import { type AgencyServer, startAgencyServer } from '../support/agency-server.ts';
import { ProvidentFundCenter } from './center.ts';
import type { FundKeys } from './protocol.ts';

export interface ProvidentFundCenterOptions {
  /** On 127.0.0.1; 0 is any free one. */
  port: number;
  /** Where its books are kept. */
  dataDir: string;
  keys: FundKeys;
  /** For `/control`, in the header `X-Control-Token`. */
  controlToken: string;
  /** Real time, for signatures and as the base of the center's own clock. */
  clock?: Clock;
}

/** A running center; `center` does what `/control` does, for tests in the same process. */
export type RunningProvidentFundCenter = AgencyServer & { center: ProvidentFundCenter };

/** Starts the center's system: its gateway at `/gjj/gateway`, its control under `/control`. */
export async function startProvidentFundCenter(
  options: ProvidentFundCenterOptions,
): Promise<RunningProvidentFundCenter> {
  const center = await ProvidentFundCenter.open(options.dataDir, options.keys, options.clock ?? systemClock);
  return { ...(await startAgencyServer(center, options)), center };
}
