import { randomBytes } from 'node:crypto';
import { type Tx, transact } from '../infra/db/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { isId, newId, randomShardHint } from '../kernel/ids.ts';
import { normaliseEmail, STAFF_CHALLENGE, staffProblem } from './accounts.rules.ts';
import type {
  ClientContext,
  CreatedStaff,
  DoneBy,
  NewStaff,
  SecondFactor,
  SignedIn,
  StaffChallenge,
} from './accounts.types.ts';
import { recordAudit } from './audit.repo.ts';
import { type AccountsContext, auditOrigin, SEALED, tryLater } from './context.ts';
import { countAttempt, forgetAttempts, forgiveAttempt, type Guard } from './guards.repo.ts';
import { addressGroup, STAFF_ACCOUNT_LOCK, STAFF_ADDRESS_LOCK } from './guards.rules.ts';
import type { Passkeys } from './passkeys.service.ts';
import { hashPassword, PASSWORD_COST, passwordMatches } from './passwords.ts';
import type { Sessions } from './sessions.service.ts';
import {
  findStaff,
  findStaffByEmail,
  insertStaff,
  insertStaffChallenge,
  lockStaffChallenge,
  type StaffRecord,
  spendTotpStep,
  updateStaffChallenge,
} from './staff.repo.ts';
import { matchTotp, newTotpSecret, totpUri } from './totp.ts';

/** Why a second factor was not taken. */
type FactorRefusal = 'totp_wrong' | 'totp_used' | 'passkey_refused';

type Completion =
  | { kind: 'signedIn'; signedIn: SignedIn }
  | { kind: 'expired' }
  | { kind: 'locked'; retryAtMs: number }
  | { kind: 'refused'; code: FactorRefusal };

/** Where no person did it: a demo's seed, the first account of an installation. */
const BY_ITSELF: DoneBy = { actor: { kind: 'system', id: null }, traceId: null, addressIndex: null };

/** Staff sign in by password and a second factor: a TOTP code or a passkey. */
export class StaffSignIn {
  private readonly context: AccountsContext;
  private readonly sessions: Sessions;
  private readonly passkeys: Passkeys;
  /** Compared with when there is no such account, so that an unknown e-mail address takes as long as a known one. */
  private decoyHash: Promise<string> | undefined;

  constructor(context: AccountsContext, sessions: Sessions, passkeys: Passkeys) {
    this.context = context;
    this.sessions = sessions;
    this.passkeys = passkeys;
  }

  /**
   * Makes a member of staff, or an agency's user. Refuses with `email_invalid`, `password_too_short`, `staff_roles_invalid`, `staff_email_taken`.
   */
  async create(staff: NewStaff, by: DoneBy = BY_ITSELF): Promise<CreatedStaff> {
    const problem = staffProblem(staff);
    if (problem) throw new DomainError('invalid', problem);
    const { db, vault, clock } = this.context;
    const email = normaliseEmail(staff.email);
    const emailIndex = vault.blindIndex(email, SEALED.staffEmail);
    // Hashing a password is made to be dear; the insert below decides all the same.
    if (await findStaffByEmail(db, emailIndex)) throw new DomainError('conflict', 'staff_email_taken');
    const totpSecret = staff.totpSecret ?? newTotpSecret();
    const nowMs = clock.nowMs();
    const staffId = newId('stf', nowMs, randomShardHint());
    const newPassword = staff.password === undefined ? randomBytes(15).toString('base64url') : null;
    const passwordHash = await this.hash(staff.password ?? newPassword ?? '');
    const record: StaffRecord = {
      staffId,
      emailSealed: vault.seal(email, SEALED.staffEmail),
      emailIndex,
      passwordHash,
      totpSecretSealed: vault.seal(totpSecret, SEALED.staffTotpSecret),
      totpLastStep: 0,
      roles: [...new Set(staff.roles)],
      agencyId: staff.agencyId ?? null,
      displayNameSealed: vault.seal(staff.displayName, SEALED.staffDisplayName),
      createdAtMs: nowMs,
      disabledAtMs: null,
    };
    await transact(db, async (tx) => {
      await recordAudit(tx, {
        ...by,
        atMs: nowMs,
        action: 'staff.create',
        object: { kind: 'staff', id: staffId },
        outcome: 'ok',
        detail: { roles: record.roles.join(' '), agencyId: record.agencyId },
      });
      if (!(await insertStaff(tx, record))) throw new DomainError('conflict', 'staff_email_taken');
    });
    return { staffId, newPassword, totpSecret, totpUri: totpUri(totpSecret, email) };
  }

  /**
   * The first step. Refuses with `staff_sign_in_refused`, which never says whether the address or the password was wrong,
   * and `sign_in_locked` after too many failures.
   */
  async checkPassword(
    typed: { email: string; password: string },
    client: ClientContext,
  ): Promise<StaffChallenge> {
    const { db, vault, clock } = this.context;
    const emailIndex = vault.blindIndex(normaliseEmail(typed.email), SEALED.staffEmail);
    const guards = this.guards(emailIndex, client);
    const nowMs = clock.nowMs();
    const refusal = await transact(db, (tx) => countAttempt(tx, guards, nowMs));
    if (refusal) throw tryLater('sign_in_locked', refusal.retryAtMs, nowMs);

    // Made at the first call for whomever: made for the first unknown address, it would give that one away.
    this.decoyHash ??= this.hash('nobody has this password');
    const decoyHash = await this.decoyHash;
    const staff = await findStaffByEmail(db, emailIndex);
    const isRight = await passwordMatches(typed.password, staff?.passwordHash ?? decoyHash);
    if (!staff || !isRight || staff.disabledAtMs !== null) {
      await this.recordFailure(db, staff?.staffId ?? null, 'staff_sign_in_refused', client);
      throw new DomainError('unauthenticated', 'staff_sign_in_refused');
    }
    const challengeId = newId('stc', nowMs, randomShardHint());
    await transact(db, async (tx) => {
      await forgiveAttempt(
        tx,
        guards.map((guard) => guard.key),
      );
      await insertStaffChallenge(tx, {
        challengeId,
        staffId: staff.staffId,
        tries: 0,
        state: 'open',
        createdAtMs: nowMs,
        expiresAtMs: nowMs + STAFF_CHALLENGE.lifetimeMs,
      });
    });
    const methods: SecondFactor[] = ['totp'];
    if (await this.passkeys.areThereFor(staff.staffId)) methods.push('passkey');
    return { challengeId, methods };
  }

  /** Refuses with `staff_challenge_expired`, `sign_in_locked`, `totp_wrong`, `totp_used` (each code is good once). */
  signInByTotp(attempt: { challengeId: string; code: string }, client: ClientContext): Promise<SignedIn> {
    return this.complete(attempt.challengeId, 'totp', client, async (tx, staff) => {
      const secret = this.context.vault.open(staff.totpSecretSealed, SEALED.staffTotpSecret);
      const step = matchTotp(secret, attempt.code, this.context.clock.nowMs());
      if (step === null) return 'totp_wrong';
      return (await spendTotpStep(tx, staff.staffId, step)) ? null : 'totp_used';
    });
  }

  /** Refuses with `staff_challenge_expired`, `passkey_not_available`. */
  async passkeyOptions(challengeId: string) {
    const { db, clock } = this.context;
    return transact(db, async (tx) => {
      const challenge = await this.openChallenge(tx, challengeId, clock.nowMs());
      if (!challenge) throw new DomainError('gone', 'staff_challenge_expired');
      return this.passkeys.signInOptions(tx, challenge.staffId, challengeId);
    });
  }

  /** Refuses with `staff_challenge_expired`, `sign_in_locked`, `passkey_refused`. */
  signInByPasskey(
    attempt: { challengeId: string; credential: unknown },
    client: ClientContext,
  ): Promise<SignedIn> {
    return this.complete(attempt.challengeId, 'passkey', client, async (tx, staff) => {
      const { challengeId, credential } = attempt;
      const isRight = await this.passkeys.verifySignIn(tx, staff.staffId, challengeId, credential);
      return isRight ? null : 'passkey_refused';
    });
  }

  private async complete(
    challengeId: string,
    method: SecondFactor,
    client: ClientContext,
    check: (tx: Tx, staff: StaffRecord) => Promise<FactorRefusal | null>,
  ): Promise<SignedIn> {
    const nowMs = this.context.clock.nowMs();
    // Refusals are returned, not thrown, out of the transaction: the try that was counted must be committed.
    const completion = await transact(this.context.db, async (tx): Promise<Completion> => {
      const challenge = await this.openChallenge(tx, challengeId, nowMs);
      const staff = challenge && (await findStaff(tx, challenge.staffId));
      if (!challenge || !staff || staff.disabledAtMs !== null) return { kind: 'expired' };
      const guards = this.guards(staff.emailIndex, client);
      const locked = await countAttempt(tx, guards, nowMs);
      if (locked) return { kind: 'locked', ...locked };
      const tries = challenge.tries + 1;
      const refusal = await check(tx, staff);
      if (refusal) {
        await updateStaffChallenge(tx, challengeId, { tries, state: 'open' });
        await this.recordFailure(tx, staff.staffId, refusal, client);
        return { kind: 'refused', code: refusal };
      }
      await updateStaffChallenge(tx, challengeId, { tries, state: 'used' });
      await this.forgiveAll(tx, guards);
      return { kind: 'signedIn', signedIn: await this.beginSession(tx, staff, method, client) };
    });
    if (completion.kind === 'signedIn') return completion.signedIn;
    if (completion.kind === 'expired') throw new DomainError('gone', 'staff_challenge_expired');
    if (completion.kind === 'locked') throw tryLater('sign_in_locked', completion.retryAtMs, nowMs);
    const pointer = method === 'totp' ? '#/code' : '#/credential';
    throw new DomainError('invalid', completion.code, { fields: [{ pointer, code: 'invalid' }] });
  }

  /** Locks a challenge that may still be answered; null when it is used, used up, too old or never was. */
  private async openChallenge(tx: Tx, challengeId: string, nowMs: number) {
    if (!isId('stc', challengeId)) return null;
    const challenge = await lockStaffChallenge(tx, challengeId);
    const isOpen =
      challenge?.state === 'open' &&
      challenge.tries < STAFF_CHALLENGE.maxTries &&
      nowMs < challenge.expiresAtMs;
    return isOpen ? challenge : null;
  }

  private beginSession(
    tx: Tx,
    staff: StaffRecord,
    method: SecondFactor,
    client: ClientContext,
  ): Promise<SignedIn> {
    const { staffId: userId, roles, agencyId, displayNameSealed } = staff;
    const displayName = this.context.vault.open(displayNameSealed, SEALED.staffDisplayName);
    return this.sessions.begin(tx, { userId, kind: 'staff', roles, agencyId, displayName }, method, client);
  }

  /** The account's failures are forgotten; the address keeps those it made at other accounts. */
  private async forgiveAll(tx: Tx, [account, address]: readonly [Guard, Guard]): Promise<void> {
    await forgetAttempts(tx, account.key);
    await forgiveAttempt(tx, [address.key]);
  }

  private guards(emailIndex: string, client: ClientContext): [account: Guard, address: Guard] {
    const { vault } = this.context;
    const address = addressGroup(client.address);
    return [
      { key: vault.blindIndex(emailIndex, 'guard.staffAccount'), policy: STAFF_ACCOUNT_LOCK },
      { key: vault.blindIndex(address, 'guard.staffAddress'), policy: STAFF_ADDRESS_LOCK },
    ];
  }

  private hash(password: string): Promise<string> {
    return hashPassword(password, this.context.config.passwordCost ?? PASSWORD_COST);
  }

  private async recordFailure(
    db: AccountsContext['db'] | Tx,
    staffId: string | null,
    outcome: string,
    client: ClientContext,
  ): Promise<void> {
    await recordAudit(db, {
      ...auditOrigin(this.context, client),
      actor: { kind: 'anonymous', id: null },
      action: 'session.begin',
      object: staffId === null ? null : { kind: 'staff', id: staffId },
      outcome,
    });
  }
}
