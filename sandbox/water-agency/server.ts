import { type Clock, systemClock } from '../../src/kernel/clock.ts';
import { type AgencyServer, startAgencyServer } from '../support/agency-server.ts';
import { WaterAgency } from './agency.ts';
import type { WaterKeys } from './protocol.ts';

export interface WaterAgencyOptions {
  /** On 127.0.0.1; 0 is any free one. */
  port: number;
  /** Where its books are kept. */
  dataDir: string;
  keys: WaterKeys;
  /** For `/control`, in the header `X-Control-Token`. */
  controlToken: string;
  /** Real time, for signatures and as the base of the agency's own clock. */
  clock?: Clock;
}

/** A running water company; `agency` does what `/control` does, for tests in the same process. */
export type RunningWaterAgency = AgencyServer & { agency: WaterAgency };

/** Starts the water company's system: its gateway at `/gateway`, its control under `/control`. */
export async function startWaterAgency(options: WaterAgencyOptions): Promise<RunningWaterAgency> {
  const agency = await WaterAgency.open(options.dataDir, options.keys, options.clock ?? systemClock);
  return { ...(await startAgencyServer(agency, options)), agency };
}
