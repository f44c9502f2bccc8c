import { createHash, randomBytes } from 'node:crypto';
import type { Caller, KeyScope } from '../../accounts/index.ts';
import { constantTimeEqual } from '../../infra/crypto/index.ts';
import { type Tx, transact } from '../../infra/db/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { newId, randomShardHint } from '../../kernel/ids.ts';
import { RecentValues } from '../../kernel/recent-values.ts';
import { findHead } from '../versions.repo.ts';
import * as repo from './agency-keys.repo.ts';
import { notify, type OnboardingContext, record } from './onboarding.context.ts';
import { findOnboarding } from './onboarding.repo.ts';
import type { Actor } from './onboarding.types.ts';

const SECRET_BYTES = 32;
const DAY_MS = 86_400_000;
/** The read that every request makes should not be a write as well. */
const TOUCH_EVERY_MS = 60_000;
/** How long another process may still take a key that was revoked here. */
const KEPT_MS = 3_000;
const MAX_KEPT = 10_000;
const MAX_KEYS = 20;
const KEYS_SHOWN = 100;

export const KEY_LIFETIME_DAYS = { default: 365, most: 730 } as const;
/** For how long a key that is being replaced still works. */
export const KEY_OVERLAP_DAYS = { default: 7, most: 90 } as const;

export interface NewKey {
  label: string;
  scopes: readonly KeyScope[];
  lifetimeDays: number;
}

/** A key just made: `key` is shown once, here; only its hash is kept. */
export interface ShownKey {
  key: string;
  details: repo.AgencyKey;
}

/**
 * Keys of agencies' own systems: `cvk_<26 characters that name it>_<256 random bits>`. They stand in for a user of the
 * agency, on routes that ask for one of their scopes.
 */
export class AgencyKeys {
  private readonly context: OnboardingContext;
  private readonly recent: RecentValues<repo.AgencyKeyRow | null>;

  constructor(context: OnboardingContext) {
    this.context = context;
    const load = (keyId: string) => repo.findKey(context.db, keyId);
    this.recent = new RecentValues(load, context.clock, KEPT_MS, MAX_KEPT);
  }

  /** Newest first. */
  list(agencyId: string): Promise<repo.AgencyKey[]> {
    return repo.findKeys(this.context.db, agencyId, KEYS_SHOWN);
  }

  /** Refuses with `onboarding_not_found`, `api_keys_too_many`. */
  async create(agencyId: string, wanted: NewKey, by: Actor): Promise<ShownKey> {
    const { db } = this.context;
    const isKnown = (await findOnboarding(db, agencyId)) ?? (await findHead(db, agencyId));
    if (!isKnown) throw new DomainError('notFound', 'onboarding_not_found');
    return transact(db, (tx) => this.insert(tx, agencyId, wanted, by, 'agencyKey.create'));
  }

  /**
   * Makes a key in place of another, with the same scopes; the old one works for `overlapDays` more, and no longer than it would
   * have. Refuses with `api_key_not_found`, also for one that cannot be used any more.
   */
  async rotate(agencyId: string, keyId: string, overlapDays: number, by: Actor): Promise<ShownKey> {
    const shown = await transact(this.context.db, async (tx) => {
      const nowMs = this.context.clock.nowMs();
      const old = await this.lockUsable(tx, agencyId, keyId);
      const lifetimeDays = Math.ceil((old.expiresAtMs - old.createdAtMs) / DAY_MS);
      const { label, scopes } = old;
      const made = await this.insert(tx, agencyId, { label, scopes, lifetimeDays }, by, 'agencyKey.rotate');
      await repo.updateKey(tx, keyId, {
        expiresAtMs: Math.min(old.expiresAtMs, nowMs + overlapDays * DAY_MS),
        replacedBy: made.details.keyId,
      });
      return made;
    });
    this.recent.forget(keyId);
    return shown;
  }

  /** From now on nobody gets in by it. Refuses with `api_key_not_found`. */
  async revoke(agencyId: string, keyId: string, by: Actor): Promise<void> {
    await transact(this.context.db, async (tx) => {
      await this.lockUsable(tx, agencyId, keyId);
      await repo.updateKey(tx, keyId, { revokedAtMs: this.context.clock.nowMs() });
      await this.tell(tx, agencyId, keyId, by, 'agencyKey.revoke');
    });
    this.recent.forget(keyId);
  }

  /** Whom a key stands for, or null: unknown, expired or revoked. */
  async authenticate(key: string): Promise<Caller | null> {
    const [, body, secret] = /^cvk_([0-9a-hjkmnp-tv-z]{26})_([\w-]{43})$/.exec(key) ?? [];
    if (!body || !secret) return null;
    const keyId = `key_${body}`;
    const found = await this.recent.get(keyId);
    if (!found || !constantTimeEqual(found.secretHash, hashOf(secret))) return null;
    const nowMs = this.context.clock.nowMs();
    if (!isUsable(found, nowMs)) return null;
    if (nowMs >= (found.lastUsedAtMs ?? 0) + TOUCH_EVERY_MS) {
      await repo.touchKey(this.context.db, keyId, nowMs, nowMs - TOUCH_EVERY_MS);
      this.recent.forget(keyId);
    }
    const { agencyId, scopes, label } = found;
    const who = { userId: keyId, sessionId: keyId, kind: 'agencyKey', roles: ['agency'] } as const;
    return { ...who, agencyId, scopes, displayName: label };
  }

  private async insert(
    tx: Tx,
    agencyId: string,
    { label, scopes, lifetimeDays }: NewKey,
    by: Actor,
    action: string,
  ): Promise<ShownKey> {
    const nowMs = this.context.clock.nowMs();
    if ((await repo.countUsableKeys(tx, agencyId, nowMs)) >= MAX_KEYS) {
      throw new DomainError('conflict', 'api_keys_too_many', { params: { maximum: MAX_KEYS } });
    }
    const keyId = newId('key', nowMs, randomShardHint());
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const details: repo.AgencyKey = {
      keyId,
      agencyId,
      label,
      scopes: [...new Set(scopes)],
      createdBy: by.id,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + lifetimeDays * DAY_MS,
      lastUsedAtMs: null,
      revokedAtMs: null,
      replacedBy: null,
    };
    await repo.insertKey(tx, { ...details, secretHash: hashOf(secret) });
    await this.tell(tx, agencyId, keyId, by, action);
    return { key: `${keyPrefix(keyId)}_${secret}`, details };
  }

  private async lockUsable(tx: Tx, agencyId: string, keyId: string): Promise<repo.AgencyKeyRow> {
    const key = await repo.lockKey(tx, keyId);
    if (key?.agencyId !== agencyId || !isUsable(key, this.context.clock.nowMs())) {
      throw new DomainError('notFound', 'api_key_not_found');
    }
    return key;
  }

  private async tell(tx: Tx, agencyId: string, keyId: string, by: Actor, action: string): Promise<void> {
    await record(tx, this.context, by, action, { kind: 'agencyKey', id: keyId }, { agencyId });
    await notify(tx, this.context, agencyId, action, { keyId });
  }
}

/** What is shown of a key for good: enough to know it by. */
export function keyPrefix(keyId: string): string {
  return keyId.replace(/^key_/, 'cvk_');
}

export function isUsable(key: Pick<repo.AgencyKey, 'revokedAtMs' | 'expiresAtMs'>, nowMs: number): boolean {
  return key.revokedAtMs === null && nowMs < key.expiresAtMs;
}

/** No salt and no stretching: there is nothing to guess in 256 random bits. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
