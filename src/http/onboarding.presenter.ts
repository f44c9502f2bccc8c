import type { Caller, DoneBy, StaffMember } from '../accounts/index.ts';
import {
  type Actor,
  type AgencyKey,
  type Approval,
  isUsable,
  keyPrefix,
  type Onboarding,
  type OnboardingService,
} from '../agencies/index.ts';
import { type RouteInput, signedInCaller } from './route.ts';
import { instantOf, instantOrNull } from './schemas.ts';

type Input = RouteInput<Record<never, never>>;
type Origin = Pick<Input, 'caller' | 'traceId' | 'request'>;

/** Who does it, for the audit trail. */
export function actorOf(
  { caller, traceId, request }: Origin,
  addressIndex: (address: string) => string,
): Actor {
  const { userId, kind } = signedInCaller(caller) as Caller & { kind: Actor['kind'] };
  return { kind, id: userId, traceId, addressIndex: addressIndex(request.ip ?? '') };
}

export function doneBy({ kind, id, traceId, addressIndex }: Actor): DoneBy {
  return { actor: { kind, id }, traceId, addressIndex };
}

export function onboardingOf(onboarding: Onboarding) {
  const { updatedAtMs, next, ...rest } = onboarding;
  return {
    ...rest,
    next: next && { version: next.version, effectiveFrom: instantOf(next.fromMs) },
    updatedAt: instantOf(updatedAtMs),
  };
}

export function approvalOf({ submittedAtMs, decidedAtMs, takesEffectAtMs, ...approval }: Approval) {
  return {
    ...approval,
    submittedAt: instantOf(submittedAtMs),
    decidedAt: instantOrNull(decidedAtMs),
    takesEffectAt: instantOrNull(takesEffectAtMs),
  };
}

type Report = Awaited<ReturnType<OnboardingService['conformance']['run']>>;

export function reportOf({ agencyId: _, report, madeAtMs, ...record }: Report) {
  return { ...record, report: JSON.parse(report) as unknown, madeAt: instantOf(madeAtMs) };
}

type Release = Awaited<ReturnType<OnboardingService['listReleases']>>[number];

export function releaseOf({ agencyId: _, effectiveFromMs, releasedAtMs, ...release }: Release) {
  return {
    ...release,
    effectiveFrom: instantOf(effectiveFromMs),
    releasedAt: instantOf(releasedAtMs),
  };
}

export function keyOf(key: AgencyKey, nowMs: number) {
  const { agencyId: _, createdAtMs, expiresAtMs, lastUsedAtMs, revokedAtMs, ...rest } = key;
  return {
    ...rest,
    prefix: keyPrefix(key.keyId),
    isUsable: isUsable(key, nowMs),
    createdAt: instantOf(createdAtMs),
    expiresAt: instantOf(expiresAtMs),
    lastUsedAt: instantOrNull(lastUsedAtMs),
    revokedAt: instantOrNull(revokedAtMs),
  };
}

export function agencyUserOf({ staffId, email, displayName, createdAtMs, disabledAtMs }: StaffMember) {
  return {
    staffId,
    email,
    displayName,
    createdAt: instantOf(createdAtMs),
    disabledAt: instantOrNull(disabledAtMs),
  };
}

type AccountView = Awaited<ReturnType<OnboardingService['settlementAccounts']['view']>>;

export function settlementAccountOf({ current, pending }: AccountView) {
  const shownCurrent = current && { ...current, since: instantOf(current.since) };
  if (!pending) return { current: shownCurrent, pending: null };
  const { takesEffectAtMs, ...rest } = pending;
  return { current: shownCurrent, pending: { ...rest, takesEffectAt: instantOrNull(takesEffectAtMs) } };
}
