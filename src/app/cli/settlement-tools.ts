import { Option } from 'commander';
import { doneBy } from '../../http/onboarding.presenter.ts';
import type { SettlementOffice } from '../../settlement/index.ts';
import { TOKENS as T } from '../container.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { action, type CliContext, type Tools, type Work } from './people.ts';

export const MOST_LISTED = 100;

type OfficeWork<Options> = (
  office: SettlementOffice,
  args: readonly string[],
  options: Options,
  by: () => Promise<ReturnType<typeof doneBy>>,
) => Promise<unknown>;

/** The parts of settlement, and whoever `--as` names. */
export function working<Options>(context: CliContext, work: OfficeWork<Options>) {
  const withTools: Work<Options & { demoDate?: string }> = async (tools: Tools, args, options) => {
    // Before anything is made that reads the clock.
    if (options.demoDate !== undefined) setDemoDate(tools, options.demoDate);
    const by = async () => doneBy(await tools.actor('finance'));
    return work(tools.container.resolve(T.settlement), args, options, by);
  };
  return action(context, withTools);
}

export const demoDateOption = () =>
  new Option('--demo-date <date>', 'in a demo: as if it were noon of this date');

function setDemoDate({ container }: Tools, demoDate: string): void {
  const nowMs = Date.parse(`${demoDate}T12:00:00+08:00`);
  if (!container.resolve(T.config).demo || Number.isNaN(nowMs)) {
    throw new CommandError('--demo-date takes YYYY-MM-DD, and only in a demo', EXIT.usage);
  }
  container.register(T.clock, { useValue: { nowMs: () => nowMs } });
}
