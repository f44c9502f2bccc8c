import { startBankBillers, startVendor } from './carriers.ts';
import { Keyring } from './keyring.ts';
import {
  type CityMember,
  type ConnectionOffer,
  type DemoAccount,
  type MemberControl,
  type StartMember,
  startGas,
  startOpenAgency,
  startProvidentFund,
  startSocialSecurity,
  startWater,
} from './members.ts';

const MEMBERS: readonly StartMember[] = [
  startWater,
  startGas,
  startProvidentFund,
  startSocialSecurity,
  startOpenAgency,
  startBankBillers,
  startVendor,
];

/** A running city: how to connect to each agency of it, and accounts to try. */
export interface RunningCity {
  offers: readonly ConnectionOffer[];
  accounts: readonly DemoAccount[];
  /** Where their clocks are moved, of those that have one of their own. */
  controls: readonly MemberControl[];
  stop(): Promise<void>;
}

/** Starts every agency of the city on a port of its own; their books and keys stay in `dataDir`. */
export async function startCity({ dataDir }: { dataDir: string }): Promise<RunningCity> {
  const keys = new Keyring(dataDir);
  const members: CityMember[] = [];
  // One after the other: each may draw keys, which are written to one file.
  for (const start of MEMBERS) members.push(await start({ dataDir, keys }));
  return {
    offers: members.map(({ offer }) => offer),
    accounts: members.flatMap(({ accounts }) => accounts),
    controls: members.flatMap(({ control }) => control ?? []),
    async stop() {
      await Promise.all(members.map((member) => member.stop()));
    },
  };
}
