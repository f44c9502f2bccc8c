import { formatMinor } from '../../kernel/money.ts';
import type { ListedBreak } from '../../reconciliation/index.ts';

/** One break in a line: which one, where and when, what it is, what is at stake, how urgent. */
export function breakLine(found: ListedBreak): string {
  const { breakId, businessDate, sourceId, class: ofClass, amountMinor, currency, ref } = found;
  const amount = `${formatMinor(amountMinor, currency)} ${currency}`;
  const stands = [found.state, found.severity, `due ${new Date(found.dueAtMs).toISOString().slice(0, 16)}Z`];
  if (found.owner !== null) stands.push(`owner ${found.owner}`);
  return `${breakId}  ${businessDate}  ${sourceId}  ${ofClass.padEnd(15)}  ${amount.padStart(16)}  ${stands.join(', ')}${ref === null ? '' : `; ${ref}`}`;
}
