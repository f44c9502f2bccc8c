import type { Channel } from '../../src/contract/index.ts';
import { debitContract } from './channel/debit.ts';
import { faultContract } from './channel/faults.ts';
import type { ChannelSide } from './channel/harness.ts';
import { Harness } from './channel/harness.ts';
import { hostileContract } from './channel/hostile.ts';
import { refundContract } from './channel/refund.ts';
import { statementContract } from './channel/statement.ts';
import { webhookContract } from './channel/webhook.ts';

export type { ChannelSide } from './channel/harness.ts';

export interface ChannelContractOptions<Settings> {
  name: string;
  channel: Channel<Settings>;
  /** Starts the other side, with empty books. */
  start(): Promise<ChannelSide>;
}

/** What every channel must do, proved against its own other side: a real server with books of its own. */
export function channelContract<Settings>({ name, channel, start }: ChannelContractOptions<Settings>): void {
  describe(`${name} keeps the channel contract`, () => {
    let harness: Harness<Settings>;
    const get = () => harness;

    beforeAll(async () => {
      harness = await Harness.start(channel, await start());
    });
    afterAll(() => harness.stop());

    debitContract(get);
    faultContract(get);
    refundContract(get);
    webhookContract(get);
    statementContract(get);
    hostileContract(get);
  });
}
