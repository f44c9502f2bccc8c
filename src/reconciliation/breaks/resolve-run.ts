import { type Tx, transact } from '../../infra/db/index.ts';
import { businessDateOf } from '../../kernel/business-date.ts';
import { type Fence, holdFence } from '../batches/fence.ts';
import type { StatementSource } from '../intake/intake.types.ts';
import {
  type AutomaticSetting,
  type AutomaticStep,
  booksAgree,
  type Examined,
  heldUntilDue,
  pairsAcrossDates,
  stakeOf,
  stepFor,
} from './automatic.rules.ts';
import { AutomaticWriter, type Decided } from './automatic-writer.ts';
import type { ResolveSummary } from './break.types.ts';
import { type BreaksDeps, sourceOfBreaks } from './breaks.context.ts';
import { examinedBreaks } from './examine.ts';
import { automaticMinorOfRun } from './resolutions.repo.ts';

/** Calls of the other side under way at once; the gateway holds them to its connection's limits anyway. */
const CALLS_AT_ONCE = 16;

/**
 * Resolves what may be resolved of a source's open breaks without a person: those of the run, and older ones that still wait. Safe to
 * call any number of times: what was done is not done again. Each effect is written under the fence.
 */
export async function resolveRun(deps: BreaksDeps, fence: Fence, runId: string): Promise<ResolveSummary> {
  const source = await sourceOfBreaks(deps, fence.sourceId);
  const summary = { looked: 0, resolved: 0, proposed: 0, waiting: 0, handedOver: 0 };
  const writer = new AutomaticWriter(deps, fence, runId, source, summary);
  await pairDates(deps, fence, source, writer);
  let leftMinor =
    source.settings.resolving.automatic.maxRunMinor - (await automaticMinorOfRun(deps.db, runId));
  for await (const page of examinedBreaks(deps.db, fence)) {
    summary.looked += page.length;
    const setting = settingOf(source, deps.clock.nowMs());
    const decided: Decided[] = [];
    const toAsk: { examined: Examined; step: Asking }[] = [];
    for (const examined of page) {
      // What a person has to look at, a person looks at.
      if (examined.found.waitsFor === 'person') continue;
      const step = stepFor(examined, setting);
      const stakeMinor = moves(step) ? stakeOf(examined, setting) : 0;
      if (stakeMinor > leftMinor) {
        decided.push({ examined, outcome: { kind: 'handOver', because: 'aboveCap' } });
        continue;
      }
      leftMinor -= stakeMinor;
      if (isAsking(step)) toAsk.push({ examined, step });
      else decided.push({ examined, outcome: step });
    }
    for (let from = 0; from < toAsk.length; from += CALLS_AT_ONCE) {
      const asked = toAsk.slice(from, from + CALLS_AT_ONCE).map(async ({ examined, step }) => ({
        examined,
        outcome: await ask(deps, source, setting, examined, step),
      }));
      decided.push(...(await Promise.all(asked)));
    }
    await writer.write(decided);
  }
  return summary;
}

type Asking = Extract<AutomaticStep, { paymentId: string }>;

const isAsking = (step: AutomaticStep): step is Asking => 'paymentId' in step;
const moves = ({ kind }: AutomaticStep) => kind !== 'wait' && kind !== 'handOver' && kind !== 'queueRefund';

function settingOf(source: StatementSource, nowMs: number): AutomaticSetting {
  const { role, currency, settings } = source;
  return { role, currency, rules: settings.resolving.automatic, nowMs };
}

/** Asks the channel or the agency, and says what its answer means for the break. */
async function ask(
  { billing }: BreaksDeps,
  source: StatementSource,
  setting: AutomaticSetting,
  examined: Examined,
  { kind, paymentId }: Asking,
): Promise<Decided['outcome']> {
  const { found } = examined;
  if (kind === 'reviewPosting') {
    const mayPostAnew = stakeOf(examined, setting) <= setting.rules.maxBreakMinor;
    const review = await billing.reviews.reviewPosting(paymentId, { mayPostAnew });
    if (review === 'refused') return { kind: 'handOver', because: 'refusedByAgency' };
    if (review === 'unclear') {
      return mayPostAnew ? heldUntilDue(found, 'agency', setting) : { kind: 'handOver', because: 'aboveCap' };
    }
    return { kind: review === 'postedAnew' ? 'resent' : 'wait', for: 'nextFile' };
  }
  const isChannel = kind === 'askDebit';
  const standing = isChannel
    ? await billing.reviews.askDebit(paymentId)
    : await billing.reviews.askPosting(paymentId);
  const atMs = (isChannel ? standing?.debitedAtMs : standing?.postedAtMs) ?? null;
  if (!standing || atMs === null) return stillOpen(examined, setting, isChannel, standing?.status ?? '');
  const amountMinor = isChannel ? standing.debitedMinor : standing.amountMinor;
  if (!booksAgree(examined, { amountMinor, currency: standing.currency })) {
    return { kind: 'handOver', because: 'contradicted' };
  }
  // On another date it stands in that date's books: its break and this one are paired there.
  if (businessDateOf(atMs, source.cutOff) !== found.businessDate)
    return heldUntilDue(found, 'nextFile', setting);
  return { kind: 'booksAgree' };
}

/** The other side does not say yes. A definite no speaks against its own file. */
function stillOpen(
  { found }: Examined,
  setting: AutomaticSetting,
  isChannel: boolean,
  status: string,
): Decided['outcome'] {
  const isOver = ['debitFailed', 'expired'].includes(status) || (!isChannel && status.startsWith('refund'));
  if (isOver || status === '') return { kind: 'handOver', because: 'contradicted' };
  return heldUntilDue(found, isChannel ? 'channel' : 'agency', setting);
}

/** Closes breaks of two dates that are one movement: the later file is the evidence, and nothing moves. */
async function pairDates(
  deps: BreaksDeps,
  fence: Fence,
  source: StatementSource,
  writer: AutomaticWriter,
): Promise<void> {
  const candidates: Pick<Examined, 'found' | 'rows'>[] = [];
  for await (const page of examinedBreaks(deps.db, fence)) candidates.push(...page);
  const { days, closedOn } = source.settings.matching.dateCut;
  for (const pair of pairsAcrossDates(candidates, { days, closedOn })) {
    await transact(deps.db, async (tx: Tx) => {
      await holdFence(tx, fence);
      await writer.pair(
        tx,
        pair.map(({ found }) => found),
      );
    });
  }
}
