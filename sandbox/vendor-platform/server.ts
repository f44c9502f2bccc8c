import { type Clock, systemClock } from '../../src/kernel/clock.ts';
import { type AgencyServer, startAgencyServer } from '../support/agency-server.ts';
import { VendorPlatform } from './platform.ts';
import type { PlatformKeys } from './protocol.ts';

export interface VendorPlatformOptions {
  /** On 127.0.0.1; 0 is any free one. */
  port: number;
  /** Where its books are kept. */
  dataDir: string;
  keys: PlatformKeys;
  /** Where messages about finished payments go; none are sent when absent. */
  webhookUrl?: string;
  /** For `/control`, in the header `X-Control-Token`. */
  controlToken: string;
  /** Real time, for tokens and as the base of the platform's own clock. */
  clock?: Clock;
}

/** A running platform; `platform` does what `/control` does, for tests in the same process. */
export type RunningVendorPlatform = AgencyServer & { platform: VendorPlatform };

/** Starts the vendor's platform: its interface at `/rpc`, its control under `/control`. */
export async function startVendorPlatform(options: VendorPlatformOptions): Promise<RunningVendorPlatform> {
  const { dataDir, keys, webhookUrl = null, clock = systemClock } = options;
  const platform = await VendorPlatform.open(dataDir, keys, webhookUrl, clock);
  return { ...(await startAgencyServer(platform, options)), platform };
}
