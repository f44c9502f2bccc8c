import type { Tx } from '../../infra/db/index.ts';
import { isId } from '../../kernel/ids.ts';
import { money } from '../../kernel/money.ts';
import { breakResolvedJournal, journalOf, mirrored, postJournals } from '../../ledger/index.ts';
import type { Resolution, ResolutionItem } from './break.types.ts';
import type { BreaksDeps } from './breaks.context.ts';
import { accountFor } from './resolving.rules.ts';

type Source = { role: 'channel' | 'agency'; currency: string };

/** Of an item that gives money back: the reference of the refund, one for each. */
export const refundIdOf = (itemId: string): string => itemId.replace(/^bri_/, 'srf_');

/** Moves what a resolution explains out of suspense, and orders the refunds it asks for. An item's journal exists once, so it is booked once. */
export async function bookItems(
  tx: Tx,
  { clock, billing }: Pick<BreaksDeps, 'clock' | 'billing'>,
  { kind, account, sourceId }: Pick<Resolution, 'kind' | 'account' | 'sourceId'>,
  items: readonly ResolutionItem[],
  { role, currency }: Source,
): Promise<void> {
  const target = accountFor(kind, account, role);
  const booked = items.filter(({ bookedMinor }) => bookedMinor !== 0);
  if (target === null) {
    if (booked.length > 0 && kind !== 'resend') throw new RangeError('what is booked needs an account');
    return;
  }
  const journals = booked.map((item) =>
    breakResolvedJournal({
      subjectId: item.itemId,
      amount: money(item.bookedMinor, currency),
      businessDate: item.businessDate,
      sourceId,
      role,
      account: target,
      agencyId: item.agencyId,
    }),
  );
  await postJournals(tx, journals, clock.nowMs());
  if (kind !== 'refund') return;
  for (const { itemId, paymentId, bookedMinor } of booked) {
    // What is nobody's payment stands in the account of refunds until somebody claims it.
    if (paymentId === null || !isId('pay', paymentId)) continue;
    const order = { refundId: refundIdOf(itemId), paymentId, amount: money(bookedMinor, currency) };
    await billing.surplusRefunds.order(tx, order);
  }
}

/** Moves it back into suspense, by entries of its own. */
export async function unbookItems(
  tx: Tx,
  { clock }: Pick<BreaksDeps, 'clock'>,
  items: readonly ResolutionItem[],
): Promise<void> {
  const journals = [];
  for (const { itemId, bookedMinor } of items) {
    if (bookedMinor === 0) continue;
    const journal = await journalOf(tx, 'breakResolved', itemId);
    if (journal) journals.push(mirrored(journal, 'breakReopened'));
  }
  await postJournals(tx, journals, clock.nowMs());
}
