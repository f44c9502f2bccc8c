import { formatMinor } from '../../kernel/money.ts';
import type {
  BreakDetail,
  ListedBreak,
  Resolution,
  ResolutionPreview,
  WhyAnswer,
} from '../../reconciliation/index.ts';
import { countOf } from './counts.ts';
import { chinaMinute } from './dates.ts';
import { RECONCILE_WORDS } from './reconcile-words.ts';

/** What a person is called by; whoever is not known by the id. */
export type PersonName = (staffId: string) => string;

const { classes: ofTwoFiles, rules: matchRules } = RECONCILE_WORDS.en;
/** Here the left side is our books, and the right one is theirs. */
const classes = {
  ...ofTwoFiles,
  amountOver: { ...ofTwoFiles.amountOver, title: 'They say more than our books' },
  amountUnder: { ...ofTwoFiles.amountUnder, title: 'They say less than our books' },
};
/** What was compared: the rules of matches, and what only breaks have. */
const RULES: Readonly<Record<string, string>> = {
  ...matchRules,
  reference: 'the same reference, with other contents',
  noCounterpart: 'no such row on the other side',
  unreadable: 'the row can’t be read',
  fileNotThere: 'their file has not come',
};
const WAITS: Readonly<Record<string, string>> = {
  nextFile: 'waits for the next file',
  channel: 'waits for the channel',
  agency: 'waits for the agency',
  checker: 'waits for a second person',
  person: 'waits for a person',
};

const amountText = (minor: number | null, currency: string | null) =>
  minor === null || currency === null ? 'unreadable' : `${formatMinor(minor, currency)} ${currency}`;

function ruleText(rule: string, scores: Readonly<Record<string, number>>): string {
  const numbers = Object.entries(scores).map(([name, value]) => `${name} ${value}`);
  return [RULES[rule] ?? rule, ...numbers].join(', ');
}

/** One break in a line: which one, where and when, what it is, what is at stake, how urgent. */
export function breakLine(found: ListedBreak, nameOf: PersonName): string {
  const { breakId, businessDate, sourceId, class: ofClass, amountMinor, currency, ref } = found;
  const amount = amountText(amountMinor, currency);
  const stands = [found.state, found.severity, `due ${chinaMinute(found.dueAtMs)}`];
  if (found.owner !== null) stands.push(`owner ${nameOf(found.owner)}`);
  return `${breakId}  ${businessDate}  ${sourceId}  ${ofClass.padEnd(15)}  ${amount.padStart(16)}  ${stands.join(', ')}${ref === null ? '' : `; ${ref}`}`;
}

/** Everything about one break: what each side says, what our books say, what happened, and what can be done. */
export function breakText(detail: BreakDetail, nameOf: PersonName): string {
  const { state, how, waitsFor, severity, owner, dueAtMs, currency, differenceMinor, word } = detail;
  const stands = [
    how === null ? state : `${state} (${how})`,
    ...(waitsFor === null ? [] : [WAITS[waitsFor] ?? waitsFor]),
    severity,
    `due ${chinaMinute(dueAtMs)}`,
    owner === null ? 'nobody’s' : `owner ${nameOf(owner)}`,
  ];
  const difference =
    differenceMinor === null || differenceMinor === 0
      ? []
      : [`theirs less ours ${amountText(differenceMinor, currency)}${word === null ? '' : ` (${word})`}`];
  const money = [
    `at stake ${amountText(detail.amountMinor, currency)}`,
    ...difference,
    `in suspense ${amountText(detail.suspenseMinor, currency)}`,
  ];
  return [
    `${detail.breakId}  ${detail.class}: ${classes[detail.class].title}`,
    `  ${detail.sourceId}, ${detail.businessDate}: ${stands.join(', ')}`,
    `  ${money.join(', ')}`,
    `  Why: ${ruleText(detail.rule, detail.scores)}`,
    ...section('Rows', detail.rows.filter(({ isActive }) => isActive || state === 'closed').map(rowLine)),
    ...section('The same payments in other breaks', detail.elsewhere.map(rowLine)),
    ...section('Our books now', detail.payments.map(paymentLine)),
    ...section(
      'What happened',
      detail.events.map((one) => eventLine(one, nameOf)),
    ),
    ...section(
      'Files',
      detail.evidence.map(({ evidenceId, fileName, sizeBytes, sha256, attachedBy }) => {
        return `${evidenceId}  ${fileName}, ${sizeBytes} bytes, from ${nameOf(attachedBy)}; SHA-256 ${sha256}`;
      }),
    ),
    ...section(
      'Resolutions',
      detail.resolutions.map(({ resolution }) => resolutionLine(resolution, nameOf)),
    ),
    ...section(
      'What can be done',
      detail.actions.map(({ kind, accounts }) =>
        accounts.length === 0 ? kind : `${kind} (--account ${accounts.join(', ')})`,
      ),
    ),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];

function rowLine(row: BreakDetail['rows'][number]): string {
  const { statementId, rowNo, side, line, ref, amountMinor, currency, status, bookedOn } = row;
  const said = [amountText(amountMinor, currency), status, bookedOn ?? 'no date', ref ?? 'no reference'];
  return `${statementId}:${rowNo}  ${side.padEnd(6)}  line ${line}  ${said.join('  ')}`;
}

function eventLine(happened: BreakDetail['events'][number], nameOf: PersonName): string {
  const { version, event, actor, reason, details = {}, atMs } = happened;
  const about = Object.entries(details)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${name === 'owner' ? nameOf(String(value)) : value}`);
  const said = [...(about.length > 0 ? [` (${about.join(', ')})`] : []), ...(reason ? [`: ${reason}`] : [])];
  return `${version}  ${chinaMinute(atMs)}  ${event} by ${nameOf(actor)}${said.join('')}`;
}

function paymentLine(payment: BreakDetail['payments'][number]): string {
  const { paymentId, agencyId, channelId, status, currency, orderedMinor, debitedMinor } = payment;
  const debited = debitedMinor === null ? 'not debited' : `debited ${amountText(debitedMinor, currency)}`;
  return `${paymentId}  ${status}: ordered ${amountText(orderedMinor, currency)}, ${debited}; ${agencyId} by ${channelId}`;
}

/** What became of a row of a break, by which rule, with all its rows as they came. */
export function whyText(found: ListedBreak, answer: WhyAnswer | null): string {
  const head = `${found.breakId}  ${found.class}: ${classes[found.class].title}`;
  const isMatched = answer?.kind === 'match';
  const verdict =
    answer?.kind === 'superseded'
      ? '  Its rows are of a file that has been replaced, and count no more.'
      : `  ${isMatched ? 'Matched since' : 'Why'}: ${isMatched ? ruleText(answer.rule, answer.scores) : ruleText(found.rule, found.scores)}`;
  const rows = answer?.rows ?? [];
  return [
    head,
    verdict,
    ...rows.flatMap((row) => {
      const { side, fileName, revision, line, raw, sha256, amountMinor, currency, status, bookedOn } = row;
      const said = [amountText(amountMinor, currency), status, bookedOn ?? 'no date'].join('  ');
      return [
        `  ${side.padEnd(6)}  ${fileName}, revision ${revision}, line ${line}: ${said}`,
        `          ${raw}`,
        `          SHA-256 ${sha256}`,
      ];
    }),
    ...(found.state === 'closed' ? [] : [`  What to do: ${classes[found.class].todo}`]),
  ].join('\n');
}

/** One resolution in a line. */
export function resolutionLine(resolution: Resolution, nameOf: PersonName): string {
  const { resolutionId, sourceId, kind, account, breakCount, amountMinor, currency } = resolution;
  const { state, maker, checker, reason, answer } = resolution;
  const what = `${kind}${account === null ? '' : ` to ${account}`}`;
  const who = `asked by ${nameOf(maker)}${reason === null ? '' : ` (${reason})`}`;
  const decided = checker === null ? '' : `, ${state} by ${nameOf(checker)}`;
  return `${resolutionId}  ${sourceId}  ${what}: ${countOf(breakCount, 'break')}, ${amountText(amountMinor, currency)}; ${state}, ${who}${decided}${answer === null ? '' : `: ${answer}`}`;
}

/** What came of a resolution, and how a second person approves what waits. */
export function resolutionText(resolution: Resolution, nameOf: PersonName): string {
  const { resolutionId, state, breaksSha256 } = resolution;
  const line = resolutionLine(resolution, nameOf);
  if (state !== 'proposed') return line;
  return `${line}\n  Another person approves it: civicpay break approve ${resolutionId} --hash ${breaksSha256} --as …`;
}

/** What a resolution of many breaks would book, who has to approve, and what stands in the way. */
export function previewText(
  preview: ResolutionPreview & { obstacle: { breakId: string; title: string; detail: string } | null },
): string {
  const { breakIds, amountMinor, currency, people, obstacle, entries, breaksSha256 } = preview;
  const approval = {
    1: 'It takes effect at once.',
    2: 'It takes effect when another person has approved it.',
    refused: 'It is above the limit: it can’t be resolved here.',
  }[people];
  const next = obstacle
    ? `Not possible so: ${obstacle.breakId}: ${obstacle.title}. ${obstacle.detail}`
    : `${approval} Nothing has changed yet: ask for it with the same options and --hash ${breaksSha256}`;
  return [
    `${countOf(breakIds.length, 'break')}, ${amountText(amountMinor, currency)}`,
    ...entries.flatMap(({ account, debitMinor, creditMinor }) => {
      const sides = [['Dr', debitMinor] as const, ['Cr', creditMinor] as const];
      return sides
        .filter(([, minor]) => minor > 0)
        .map(([side, minor]) => `  ${side} ${account} ${amountText(minor, currency)}`);
    }),
    next,
  ].join('\n');
}
