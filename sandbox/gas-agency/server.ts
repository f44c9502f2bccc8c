import { type Clock, systemClock } from '../../src/kernel/clock.ts';
import { type AgencyServer, startAgencyServer } from '../support/agency-server.ts';
import { GasAgency } from './agency.ts';
import type { GasKeys } from './protocol.ts';

export interface GasAgencyOptions {
  /** On 127.0.0.1; 0 is any free one. */
  port: number;
  /** Where its books are kept. */
  dataDir: string;
  keys: GasKeys;
  /** For `/control`, in the header `X-Control-Token`. */
  controlToken: string;
  /** Real time, for signatures and as the base of the agency's own clock. */
  clock?: Clock;
}

/** A running gas company; `agency` does what `/control` does, for tests in the same process. */
export type RunningGasAgency = AgencyServer & { agency: GasAgency };

/** Starts the gas company's system: its gateway at `/gateway.do`, its control under `/control`. */
export async function startGasAgency(options: GasAgencyOptions): Promise<RunningGasAgency> {
  const agency = await GasAgency.open(options.dataDir, options.keys, options.clock ?? systemClock);
  return { ...(await startAgencyServer(agency, options)), agency };
}
