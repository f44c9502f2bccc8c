import { DomainError } from '../../kernel/errors.ts';
import type { Agency } from '../agencies.types.ts';
import type { Difference, MaskedSettlementAccount, SettlementAccount, Stage } from './onboarding.types.ts';

/**
 * The way of a version of a manifest to being live. What is not in the table is impossible.
 *
 * Law 7 shows here: only an approval leads to `approved`, and only from there does anything become live. Every change
 * of the content goes back to `draft`.
 */
export const TRANSITIONS = {
  draft: { edited: 'draft', connected: 'sandbox' },
  sandbox: {
    edited: 'draft',
    connected: 'sandbox',
    conformancePassed: 'conformancePassed',
    conformanceFailed: 'sandbox',
  },
  conformancePassed: {
    edited: 'draft',
    conformancePassed: 'conformancePassed',
    conformanceFailed: 'sandbox',
    submitted: 'submitted',
  },
  submitted: {
    conformancePassed: 'submitted',
    conformanceFailed: 'sandbox',
    approved: 'approved',
    returned: 'draft',
    withdrawn: 'conformancePassed',
  },
  approved: {
    edited: 'draft',
    conformancePassed: 'approved',
    conformanceFailed: 'sandbox',
    released: 'live',
  },
  live: { edited: 'draft', conformancePassed: 'live', conformanceFailed: 'live', released: 'live' },
} as const satisfies Record<Stage, Partial<Record<string, Stage>>>;

type EventOf<S> = S extends Stage ? keyof (typeof TRANSITIONS)[S] : never;
export type StageEvent = EventOf<Stage>;

/** The stage an event leads to, or null when it is impossible from here. */
export function nextStage(stage: Stage, event: StageEvent): Stage | null {
  const row: Partial<Record<StageEvent, Stage>> = TRANSITIONS[stage];
  return row[event] ?? null;
}

/** The same; throws `onboarding_stage_wrong` where it is impossible. */
export function stageAfter(stage: Stage, event: StageEvent): Stage {
  const next = nextStage(stage, event);
  if (next === null) throw new DomainError('conflict', 'onboarding_stage_wrong', { params: { stage } });
  return next;
}

/** What becomes of an agency that is live. `retired` is for good. */
export const STATUS_TRANSITIONS = {
  live: { suspend: 'suspended', retire: 'retired' },
  suspended: { resume: 'live', retire: 'retired' },
  retired: {},
} as const satisfies Record<Agency['status'], Partial<Record<string, Agency['status']>>>;

export type StatusCommand = 'suspend' | 'resume' | 'retire';

/** The status a command leads to; throws `agency_status_wrong` where it is impossible. */
export function statusAfter(status: Agency['status'], command: StatusCommand): Agency['status'] {
  const row: Partial<Record<StatusCommand, Agency['status']>> = STATUS_TRANSITIONS[status];
  const next = row[command];
  if (!next) throw new DomainError('conflict', 'agency_status_wrong', { params: { status } });
  return next;
}

/** Every place in which two JSON values differ, by JSON pointer (RFC 6901); lists are compared place by place. */
export function differences(before: unknown, after: unknown, pointer = ''): Difference[] {
  if (Object.is(before, after)) return [];
  if (!isContainer(before) || !isContainer(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ pointer, before, after }];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key): Difference[] => {
    const below = `${pointer}/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`;
    const [was, is] = [own(before, key), own(after, key)];
    if (was === undefined) return is === undefined ? [] : [{ pointer: below, after: is }];
    return is === undefined ? [{ pointer: below, before: was }] : differences(was, is, below);
  });
}

type Container = Readonly<Record<string, unknown>>;

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

function own(value: Container, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Pointers to what the author wrote and the manifest does not know: a slip of the pen would otherwise go unseen. */
export function unknownMembers(written: unknown, understood: unknown, pointer = ''): string[] {
  if (!isContainer(written) || !isContainer(understood)) return [];
  return Object.keys(written).flatMap((key) => {
    const below = `${pointer}/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`;
    if (!Object.hasOwn(understood, key)) return own(written, key) === undefined ? [] : [below];
    return unknownMembers(written[key], understood[key], below);
  });
}

/** As it may be shown: the last four digits, and the first character of the holder. */
export function maskSettlementAccount(account: SettlementAccount): MaskedSettlementAccount {
  const { holderName, bankName, bankCode, accountNumber } = account;
  return {
    maskedHolderName: `${[...holderName][0] ?? ''}${'*'.repeat(3)}`,
    bankName,
    bankCode,
    maskedAccountNumber: `${'*'.repeat(4)}${accountNumber.slice(-4)}`,
  };
}
