import { createHash, randomBytes } from 'node:crypto';
import { constantTimeEqual } from '../infra/crypto/index.ts';
import { type Tx, transact } from '../infra/db/index.ts';
import { newId, shardHintOf } from '../kernel/ids.ts';
import { RecentValues } from '../kernel/recent-values.ts';
import { SESSION_LIMITS, sessionIsLive } from './accounts.rules.ts';
import type { Caller, ClientContext, PersonKind, SignedIn } from './accounts.types.ts';
import { recordAudit } from './audit.repo.ts';
import { type AccountsContext, auditOrigin, SEALED } from './context.ts';
import {
  deleteSession,
  deleteSessionsOf,
  findSession,
  insertSession,
  type Session,
  touchSession,
} from './sessions.repo.ts';

const SECRET_BYTES = 32;
/** The read that every request makes should not be a write as well. */
const TOUCH_EVERY_MS = 60_000;
/** How long another process may still take a session that was ended here for a good one. */
const KEPT_MS = 3_000;
/** A session is less than a kilobyte. */
const MAX_KEPT = 10_000;

/**
 * Sessions. A token is `<session id>.<256 random bits>`: the id finds the row by its primary key, and only a hash of
 * the rest is stored, so that a copy of the database signs nobody in.
 */
export class Sessions {
  private readonly context: AccountsContext;
  /** By session id: every request asks, and most ask again within seconds. */
  private readonly recent: RecentValues<KnownSession | null>;

  constructor(context: AccountsContext) {
    this.context = context;
    this.recent = new RecentValues((sessionId) => this.load(sessionId), context.clock, KEPT_MS, MAX_KEPT);
  }

  /** Begins a session in the transaction that proved who it is for, and ends the one the client came with. */
  async begin(
    tx: Tx,
    user: Omit<Caller, 'sessionId' | 'kind'> & { kind: PersonKind },
    method: 'smsCode' | 'totp' | 'passkey',
    client: ClientContext,
  ): Promise<SignedIn> {
    const nowMs = this.context.clock.nowMs();
    if (client.sessionToken) {
      const old = await this.find(tx, client.sessionToken);
      if (old) {
        await deleteSession(tx, old.sessionId);
        this.recent.forget(old.sessionId);
      }
    }
    const sessionId = newId('ses', nowMs, shardHintOf(user.userId));
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const lifetimeMs = SESSION_LIMITS[user.kind].absoluteMs;
    const { displayName, ...rest } = user;
    await insertSession(tx, {
      ...rest,
      sessionId,
      secretHash: hashOf(secret),
      displayNameSealed: this.context.vault.seal(displayName, SEALED.sessionDisplayName),
      createdAtMs: nowMs,
      lastSeenAtMs: nowMs,
      expiresAtMs: nowMs + lifetimeMs,
    });
    await recordAudit(tx, {
      ...auditOrigin(this.context, client),
      actor: { kind: user.kind, id: user.userId },
      action: 'session.begin',
      object: { kind: 'session', id: sessionId },
      outcome: 'ok',
      detail: { method },
    });
    return { token: `${sessionId}.${secret}`, caller: { ...user, sessionId }, lifetimeMs };
  }

  /**
   * Who a token belongs to, or null. At most one read by primary key in a few seconds and one write a minute. A
   * session that was ended in another process may be good here for those seconds.
   */
  async authenticate(token: string): Promise<Caller | null> {
    const parts = partsOf(token);
    const known = parts && (await this.recent.get(parts.sessionId));
    if (!known || !constantTimeEqual(known.session.secretHash, parts.secretHash)) return null;
    const { session, caller } = known;
    const nowMs = this.context.clock.nowMs();
    if (!sessionIsLive(session, nowMs)) return null;
    if (nowMs >= session.lastSeenAtMs + TOUCH_EVERY_MS) {
      await touchSession(this.context.db, session.sessionId, nowMs, nowMs - TOUCH_EVERY_MS);
      this.recent.forget(session.sessionId);
    }
    return caller;
  }

  /** What `X-CSRF-Token` must be in this session. Another site can neither read it nor work it out. */
  csrfTokenFor(token: string): string {
    return this.context.vault.blindIndex(token, 'csrf');
  }

  /** Ends the caller's session. */
  async signOut(caller: Caller, client: ClientContext): Promise<void> {
    await transact(this.context.db, async (tx) => {
      if (await deleteSession(tx, caller.sessionId)) await this.recordEnd(tx, caller, client, 1);
    });
    this.recent.forget(caller.sessionId);
  }

  /** Ends every session of the caller, this one too. */
  async signOutEverywhere(caller: Caller, client: ClientContext): Promise<void> {
    await transact(this.context.db, async (tx) => {
      const ended = await deleteSessionsOf(tx, caller.userId);
      if (ended > 0) await this.recordEnd(tx, caller, client, ended);
    });
    this.recent.forgetAll();
  }

  /** Ends every session of somebody who may not sign in any more. */
  async endAllOf(tx: Tx, userId: string): Promise<void> {
    await deleteSessionsOf(tx, userId);
    this.recent.forgetAll();
  }

  private async recordEnd(tx: Tx, caller: Caller, client: ClientContext, sessions: number): Promise<void> {
    await recordAudit(tx, {
      ...auditOrigin(this.context, client),
      actor: { kind: caller.kind, id: caller.userId },
      action: 'session.end',
      object: { kind: 'session', id: caller.sessionId },
      outcome: 'ok',
      detail: { sessions },
    });
  }

  private async load(sessionId: string): Promise<KnownSession | null> {
    const session = await findSession(this.context.db, sessionId);
    if (!session) return null;
    const { userId, kind, roles, agencyId } = session;
    const displayName = this.context.vault.open(session.displayNameSealed, SEALED.sessionDisplayName);
    return { session, caller: { userId, sessionId, kind, roles, agencyId, displayName } };
  }

  /** The session of a token, whether or not it has run out. */
  private async find(tx: Tx, token: string): Promise<Session | null> {
    const parts = partsOf(token);
    const session = parts && (await findSession(tx, parts.sessionId));
    return session && constantTimeEqual(session.secretHash, parts.secretHash) ? session : null;
  }
}

interface KnownSession {
  session: Session;
  caller: Caller;
}

function partsOf(token: string): { sessionId: string; secretHash: string } | null {
  const [, sessionId, secret] = /^(ses_[0-9a-hjkmnp-tv-z]{26})\.([\w-]{43})$/.exec(token) ?? [];
  return sessionId && secret ? { sessionId, secretHash: hashOf(secret) } : null;
}

/** No salt and no stretching: there is nothing to guess in 256 random bits. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
