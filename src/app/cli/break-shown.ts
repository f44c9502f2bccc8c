import { detailOf } from '../../http/breaks.presenter.ts';
import { breaksOf, peopleOf } from './break-input.ts';
import { breakText } from './break-words.ts';
import type { CliContext, Tools } from './people.ts';

/** A break as it is now, for a person or as JSON. */
export async function shownBreak(tools: Tools, context: CliContext, breakId: string) {
  const detail = await breaksOf(tools).views.get(breakId);
  return context.isJson() ? detailOf(detail) : breakText(detail, await peopleOf(tools));
}
