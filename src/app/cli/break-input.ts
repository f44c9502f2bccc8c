import type { Command } from 'commander';
import type { z } from 'zod';
import { filterQuery, reasonBody } from '../../http/breaks.schemas.ts';
import { doneBy } from '../../http/onboarding.presenter.ts';
import type { BreaksModule } from '../../reconciliation/index.ts';
import { TOKENS as T } from '../container.ts';
import type { PersonName } from './break-words.ts';
import { dateOf } from './dates.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import type { Tools } from './people.ts';

/** What finds breaks, as it is typed. */
export interface FilterOptions {
  state?: string;
  class?: string;
  severity?: string;
  waitsFor?: string;
  source?: string;
  owner?: string;
  date?: string;
  fromDate?: string;
  toDate?: string;
  age?: string;
  overdue?: boolean;
}

/** What each part of a filter is called here. */
const OPTION_OF: Readonly<Record<string, string>> = {
  waitsFor: 'waits-for',
  sourceId: 'source',
  fromDate: 'from-date',
  toDate: 'to-date',
};

/** The options that find breaks, but for their state. */
export function filterOptions(command: Command): Command {
  return command
    .option('--class <classes>', 'several with commas')
    .option('--severity <severities>', 'low, medium, high, critical; several with commas')
    .option('--waits-for <whom>', 'nextFile, channel, agency, checker, person; several with commas')
    .option('--source <source>', 'of one connection')
    .option('--owner <email>', 'of one person; or nobody')
    .option('--date <date>', 'of one business date')
    .option('--from-date <date>', 'of this business date and later ones')
    .option('--to-date <date>', 'of this business date and earlier ones')
    .option('--age <days>', '0-1, 2-3, 4-7, 8-30, 31+: since it was found')
    .option('--overdue', 'past their due time');
}

/** The filter that was typed, as the API has it. Throws CommandError. */
export async function filterFrom(
  tools: Tools,
  options: FilterOptions,
): Promise<z.output<typeof filterQuery>> {
  const {
    state,
    class: classes,
    severity,
    waitsFor,
    source,
    owner,
    date,
    fromDate,
    toDate,
    age,
    overdue,
  } = options;
  const dateIn = (text: string | undefined) =>
    text === undefined ? undefined : dateOf(text, tools.container.resolve(T.clock));
  const query = filterQuery.safeParse({
    state,
    class: classes,
    severity,
    waitsFor,
    sourceId: source,
    owner: owner === undefined ? undefined : ((await ownerOf(tools, owner)) ?? 'nobody'),
    fromDate: dateIn(fromDate ?? date),
    toDate: dateIn(toDate ?? date),
    age,
    overdue: overdue ? 'true' : undefined,
  });
  if (query.success) return query.data;
  const wrong = query.error.issues.map(({ path, message }) => {
    const name = String(path[0]);
    return `--${OPTION_OF[name] ?? name}: ${message}`;
  });
  throw new CommandError([...new Set(wrong)].join('\n'), EXIT.usage);
}

/** A person's id by email; null for `nobody`. Throws CommandError where there is no such person. */
export async function ownerOf({ accounts }: Tools, email: string): Promise<string | null> {
  if (email === 'nobody') return null;
  const person = await accounts.staffDirectory.byEmail(email);
  if (!person) throw new CommandError(`--owner: there is no ${email}`, EXIT.usage);
  return person.staffId;
}

/** What somebody wrote, of the length that the API takes. Throws CommandError. */
export function writtenOf(option: string, text: string): string {
  const parsed = reasonBody.safeParse({ reason: text });
  if (parsed.success) return parsed.data.reason;
  throw new CommandError(
    parsed.error.issues.map(({ message }) => `${option}: ${message}`).join('\n'),
    EXIT.usage,
  );
}

export const breaksOf = ({ container }: Tools): BreaksModule => container.resolve(T.reconciliation).breaks;

/** Whoever `--as` names, who has to be of finance. */
export const financeOf = async (tools: Tools) => doneBy(await tools.actor('finance'));

/** Calls our own people by their email. */
export async function peopleOf({ accounts }: Tools): Promise<PersonName> {
  const people = await accounts.staffDirectory.colleagues();
  const emails = new Map(people.map(({ staffId, email }) => [staffId, email]));
  return (staffId) => emails.get(staffId) ?? staffId;
}
