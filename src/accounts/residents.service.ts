import { randomInt } from 'node:crypto';
import { constantTimeEqual } from '../infra/crypto/index.ts';
import { transact } from '../infra/db/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { isId, newId, randomShardHint } from '../kernel/ids.ts';
import { CODE, DEFAULT_CODE_LIMITS, maskPhone, normalisePhone } from './accounts.rules.ts';
import type { ClientContext, CodeChallenge, SignedIn, SmsSender } from './accounts.types.ts';
import { recordAudit } from './audit.repo.ts';
import { type AccountsContext, auditOrigin, SEALED, tryLater } from './context.ts';
import { countAttempt, type Guard } from './guards.repo.ts';
import { addressGroup } from './guards.rules.ts';
import {
  findOrInsertResident,
  insertCodeChallenge,
  lockCodeChallenge,
  updateCodeChallenge,
} from './residents.repo.ts';
import type { Sessions } from './sessions.service.ts';

const HOUR_MS = 3_600_000;

type Verification =
  | { kind: 'signedIn'; signedIn: SignedIn }
  | { kind: 'expired' }
  | { kind: 'usedUp' }
  | { kind: 'wrong'; triesLeft: number };

/** Residents sign in by phone and one-time code; the first time makes the resident. */
export class ResidentSignIn {
  private readonly context: AccountsContext;
  private readonly sessions: Sessions;

  constructor(context: AccountsContext, sessions: Sessions) {
    this.context = context;
    this.sessions = sessions;
  }

  /**
   * Sends a code. Never looks whether the phone is known, so it can't tell.
   * Refuses with `phone_invalid`, `sms_not_configured`, `code_asked_too_often`, `sms_not_sent`.
   */
  async requestCode(typedPhone: string, client: ClientContext): Promise<CodeChallenge> {
    const phone = normalisePhone(typedPhone);
    if (phone === null) {
      const fields = [{ pointer: '#/phone', code: 'wrong_format' }];
      throw new DomainError('invalid', 'phone_invalid', { fields });
    }
    const { smsSender, codeLimits = DEFAULT_CODE_LIMITS } = this.context.config;
    if (!smsSender) throw new DomainError('unavailable', 'sms_not_configured');

    const nowMs = this.context.clock.nowMs();
    const challengeId = newId('otc', nowMs, randomShardHint());
    const code = String(randomInt(10 ** CODE.digits)).padStart(CODE.digits, '0');
    const challenge = { challengeId, expiresAtMs: nowMs + CODE.lifetimeMs };
    const refusal = await transact(this.context.db, async (tx) => {
      const refused = await countAttempt(tx, this.guards(phone, client), nowMs);
      if (refused) return refused;
      await insertCodeChallenge(tx, {
        ...challenge,
        phoneSealed: this.context.vault.seal(phone, SEALED.challengePhone),
        codeHash: this.codeHash(challengeId, code),
        tries: 0,
        state: 'open',
        createdAtMs: nowMs,
      });
      await recordAudit(tx, {
        ...auditOrigin(this.context, client),
        actor: { kind: 'anonymous', id: null },
        action: 'signInCode.send',
        object: { kind: 'signInCode', id: challengeId },
        outcome: 'ok',
      });
      return null;
    });
    if (refusal) throw tryLater('code_asked_too_often', refusal.retryAtMs, nowMs);
    await this.send(smsSender, phone, code);
    return { ...challenge, resendAfterMs: nowMs + codeLimits.resendAfterMs };
  }

  /**
   * Exchanges a code for a session; a code is good once, however many ask at once.
   * Refuses with `code_expired` (or used, or never sent), `code_tries_used_up`, `code_wrong`.
   */
  async signIn(attempt: { challengeId: string; code: string }, client: ClientContext): Promise<SignedIn> {
    const verification = isId('otc', attempt.challengeId)
      ? await this.verify(attempt, client)
      : ({ kind: 'expired' } as const);
    switch (verification.kind) {
      case 'signedIn':
        return verification.signedIn;
      case 'expired':
        throw new DomainError('gone', 'code_expired');
      case 'usedUp':
        throw new DomainError('gone', 'code_tries_used_up');
      case 'wrong':
        throw new DomainError('invalid', 'code_wrong', {
          params: { triesLeft: verification.triesLeft },
          fields: [{ pointer: '#/code', code: 'invalid' }],
        });
    }
  }

  /** Returns refusals instead of throwing them: the try that was counted must be committed. */
  private verify(
    attempt: { challengeId: string; code: string },
    client: ClientContext,
  ): Promise<Verification> {
    const { db, vault, clock } = this.context;
    return transact(db, async (tx): Promise<Verification> => {
      const { challengeId, code } = attempt;
      const challenge = await lockCodeChallenge(tx, challengeId);
      const nowMs = clock.nowMs();
      if (challenge?.state !== 'open' || nowMs >= challenge.expiresAtMs) return { kind: 'expired' };
      if (challenge.tries >= CODE.maxTries) return { kind: 'usedUp' };
      const tries = challenge.tries + 1;
      if (!constantTimeEqual(challenge.codeHash, this.codeHash(challengeId, code))) {
        await updateCodeChallenge(tx, challengeId, { tries, state: 'open' });
        await recordAudit(tx, {
          ...auditOrigin(this.context, client),
          actor: { kind: 'anonymous', id: null },
          action: 'session.begin',
          object: { kind: 'signInCode', id: challengeId },
          outcome: 'code_wrong',
        });
        const triesLeft = CODE.maxTries - tries;
        return triesLeft > 0 ? { kind: 'wrong', triesLeft } : { kind: 'usedUp' };
      }
      await updateCodeChallenge(tx, challengeId, { tries, state: 'used' });
      const phone = vault.open(challenge.phoneSealed, SEALED.challengePhone);
      const { residentId } = await findOrInsertResident(tx, {
        residentId: newId('res', nowMs, randomShardHint()),
        phoneSealed: vault.seal(phone, SEALED.residentPhone),
        phoneIndex: vault.blindIndex(phone, SEALED.residentPhone),
        createdAtMs: nowMs,
      });
      const user = { userId: residentId, kind: 'resident', roles: ['resident'], agencyId: null } as const;
      const signedIn = await this.sessions.begin(
        tx,
        { ...user, displayName: maskPhone(phone) },
        'smsCode',
        client,
      );
      return { kind: 'signedIn', signedIn };
    });
  }

  private guards(phone: string, client: ClientContext): Guard[] {
    const { vault, config } = this.context;
    const { perPhonePerHour, perAddressPerHour, resendAfterMs } = config.codeLimits ?? DEFAULT_CODE_LIMITS;
    return [
      {
        key: vault.blindIndex(phone, 'guard.codePhone'),
        policy: { kind: 'rate', max: perPhonePerHour, windowMs: HOUR_MS, minGapMs: resendAfterMs },
      },
      {
        key: vault.blindIndex(addressGroup(client.address), 'guard.codeAddress'),
        policy: { kind: 'rate', max: perAddressPerHour, windowMs: HOUR_MS, minGapMs: 0 },
      },
    ];
  }

  private async send(smsSender: SmsSender, phone: string, code: string): Promise<void> {
    const minutes = CODE.lifetimeMs / 60_000;
    const text =
      `【市民缴费】验证码 ${code}，${minutes} 分钟内有效，请勿告诉任何人。` +
      `Your sign-in code, good for ${minutes} minutes; share it with nobody.`;
    try {
      await smsSender.send({ phone, text });
    } catch (error) {
      this.context.log.error('a sign-in code could not be sent', { error });
      throw new DomainError('unavailable', 'sms_not_sent');
    }
  }

  /** Keyed, since a million codes are soon tried; and bound to the challenge. */
  private codeHash(challengeId: string, code: string): string {
    return this.context.vault.blindIndex(`${challengeId}:${code}`, 'signInCode');
  }
}
