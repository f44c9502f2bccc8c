import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Command, Option } from 'commander';
import { payoutBatchOf, payoutDetailOf } from '../../http/settlements.presenter.ts';
import { PAYOUT_FORMATS, type PayoutBatchRecord } from '../../settlement/index.ts';
import { asOption, type CliContext, FINANCE } from './people.ts';
import { readBytes } from './settlement-input.ts';
import { demoDateOption, MOST_LISTED, working } from './settlement-tools.ts';
import {
  answerText,
  instructionLine,
  payoutBatchLine,
  payoutText,
  preparedText,
} from './settlement-words.ts';

/** `civicpay settlement payout`: files of payouts, from made to answered. */
export function payoutCommands(group: Command, context: CliContext): Command {
  const payout = group
    .command('payout')
    .description('files of payouts: made, approved by two others, sent, answered');
  payout.command('list').action(
    working(context, async ({ payouts }) => {
      const { items } = await payouts.list({ limit: MOST_LISTED });
      if (context.isJson()) return items.map(payoutBatchOf);
      return items.length === 0 ? 'No file of payouts was made yet.' : items.map(payoutBatchLine).join('\n');
    }),
  );
  payout
    .command('show')
    .argument('<batch-id>')
    .action(
      working(context, async ({ payouts, answers }, [batchId = '']) => {
        const batch = await payouts.get(batchId);
        const instructions = await payouts.instructions(batchId);
        if (context.isJson()) return payoutDetailOf(batch, instructions, await answers.list(batchId));
        return [payoutText(batch), ...instructions.map((one) => instructionLine(one, batch.currency))].join(
          '\n',
        );
      }),
    );
  asOption(payout.command('prepare'), FINANCE)
    .description('make a file of everything that is due')
    .addOption(new Option('--format <format>').choices(PAYOUT_FORMATS).default('pain001'))
    .option('--currency <code>', 'ISO 4217', 'CNY')
    .addOption(demoDateOption())
    .action(
      working(
        context,
        async (
          { payouts },
          _,
          options: { format: (typeof PAYOUT_FORMATS)[number]; currency: string },
          by,
        ) => {
          const prepared = await payouts.prepare(options, await by());
          const { batch, notPayable } = prepared;
          return context.isJson() ? { ...payoutBatchOf(batch), notPayable } : preparedText(prepared);
        },
      ),
    );
  decidingCommands(payout, context);
  return payout;
}

function decidingCommands(payout: Command, context: CliContext): void {
  const shownBatch = (batch: PayoutBatchRecord) =>
    context.isJson() ? payoutBatchOf(batch) : payoutText(batch);
  asOption(payout.command('approve').argument('<batch-id>'), FINANCE)
    .requiredOption('--sha256 <hash>', 'of the file that was looked at')
    .action(
      working(context, async ({ payouts }, [batchId = ''], { sha256 }: { sha256: string }, by) =>
        shownBatch(await payouts.approve(batchId, sha256, await by())),
      ),
    );
  asOption(payout.command('cancel').argument('<batch-id>'), FINANCE)
    .requiredOption('--reason <text>', 'why')
    .action(
      working(context, async ({ payouts }, [batchId = ''], { reason }: { reason: string }, by) =>
        shownBatch(await payouts.cancel(batchId, reason, await by())),
      ),
    );
  asOption(payout.command('send').argument('<batch-id>'), FINANCE)
    .description('hand the file over; again, it is the same bytes')
    .requiredOption('--out <folder>', 'where the file is written')
    .action(
      working(context, async ({ payouts }, [batchId = ''], { out }: { out: string }, by) => {
        // Before it counts as sent.
        await mkdir(out, { recursive: true });
        const { batch, fileName, content } = await payouts.send(batchId, await by());
        const file = path.join(out, fileName);
        await writeFile(file, content, { mode: 0o600 });
        return context.isJson() ? { ...payoutBatchOf(batch), file } : `${payoutText(batch)}\nwritten ${file}`;
      }),
    );
  asOption(payout.command('answer').argument('<file>', 'pain.002, or our CSV'), FINANCE)
    .description('take in what the bank answered')
    .action(
      working(context, async ({ answers }, [file = ''], _, by) => {
        const taken = await answers.take(await readBytes(file), await by());
        const { batch, isRepeated, changes } = taken;
        return context.isJson() ? { batchId: batch.batchId, isRepeated, changes } : answerText(taken);
      }),
    );
}
