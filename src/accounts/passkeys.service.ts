import { isIP } from 'node:net';
import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { type Tx, transact } from '../infra/db/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { STAFF_CHALLENGE } from './accounts.rules.ts';
import type { Caller, ClientContext } from './accounts.types.ts';
import { recordAudit } from './audit.repo.ts';
import { type AccountsContext, auditOrigin, SEALED } from './context.ts';
import {
  insertPasskey,
  listPasskeys,
  type PasskeyRecord,
  putPasskeyChallenge,
  takePasskeyChallenge,
  updatePasskeyUse,
} from './passkeys.repo.ts';

/** Loaded by who needs it: every command would begin a second later. */
const webAuthn = () => import('@simplewebauthn/server');

/** The site that passkeys belong to, in WebAuthn's words. */
interface RelyingParty {
  id: string;
  origin: string;
}

/** Passkeys of staff (WebAuthn), as a second factor after the password. */
export class Passkeys {
  private readonly context: AccountsContext;
  private readonly relyingParty: RelyingParty | null;

  constructor(context: AccountsContext) {
    this.context = context;
    this.relyingParty = relyingPartyOf(context.config.publicUrl);
  }

  /** Whether this member of staff could use a passkey on this site. */
  async areThereFor(staffId: string): Promise<boolean> {
    return this.relyingParty !== null && (await listPasskeys(this.context.db, staffId)).length > 0;
  }

  /** What the browser hands to the authenticator to register a new passkey. Refuses with `passkey_not_available`. */
  async registrationOptions(caller: Caller) {
    const site = this.site();
    const { db, clock } = this.context;
    const known = await listPasskeys(db, caller.userId);
    const { generateRegistrationOptions } = await webAuthn();
    const options = await generateRegistrationOptions({
      rpName: 'civicpay',
      rpID: site.id,
      userName: caller.displayName,
      userDisplayName: caller.displayName,
      userID: new TextEncoder().encode(caller.userId),
      attestationType: 'none',
      excludeCredentials: known.map(descriptorOf),
    });
    const expiresAtMs = clock.nowMs() + STAFF_CHALLENGE.lifetimeMs;
    await transact(db, (tx) =>
      putPasskeyChallenge(tx, { askedForId: caller.sessionId, challenge: options.challenge, expiresAtMs }),
    );
    return options;
  }

  /** Keeps a new passkey. Refuses with `passkey_not_available`, `passkey_refused`, `passkey_already_registered`. */
  async register(
    caller: Caller,
    { credential, label }: { credential: unknown; label: string },
    client: ClientContext,
  ): Promise<{ label: string; createdAtMs: number }> {
    const site = this.site();
    const { db, vault, clock } = this.context;
    const nowMs = clock.nowMs();
    const challenge = await transact(db, (tx) => takePasskeyChallenge(tx, caller.sessionId, nowMs));
    if (!challenge) throw passkeyRefused();
    const { verifyRegistrationResponse } = await webAuthn();
    const verified = await this.verified(() =>
      verifyRegistrationResponse({
        response: credential as RegistrationResponseJSON,
        expectedChallenge: challenge,
        expectedOrigin: site.origin,
        expectedRPID: site.id,
        requireUserVerification: false,
      }),
    );
    if (!verified?.verified) throw passkeyRefused();
    const { id, publicKey, counter, transports = [] } = verified.registrationInfo.credential;
    await transact(db, async (tx) => {
      const isNew = await insertPasskey(tx, {
        staffId: caller.userId,
        credentialId: id,
        publicKey: Buffer.from(publicKey).toString('base64url'),
        counter,
        transports,
        labelSealed: vault.seal(label, SEALED.passkeyLabel),
        createdAtMs: nowMs,
      });
      if (!isNew) throw new DomainError('conflict', 'passkey_already_registered');
      await recordAudit(tx, {
        ...auditOrigin(this.context, client),
        actor: { kind: 'staff', id: caller.userId },
        action: 'passkey.register',
        object: { kind: 'staff', id: caller.userId },
        outcome: 'ok',
      });
    });
    return { label, createdAtMs: nowMs };
  }

  /** What the browser hands to the authenticator to answer a sign-in. Refuses with `passkey_not_available`. */
  async signInOptions(tx: Tx, staffId: string, challengeId: string) {
    const site = this.site();
    const passkeys = await listPasskeys(tx, staffId);
    if (passkeys.length === 0) throw new DomainError('conflict', 'passkey_not_available');
    const { generateAuthenticationOptions } = await webAuthn();
    const options = await generateAuthenticationOptions({
      rpID: site.id,
      allowCredentials: passkeys.map(descriptorOf),
    });
    const expiresAtMs = this.context.clock.nowMs() + STAFF_CHALLENGE.lifetimeMs;
    await putPasskeyChallenge(tx, { askedForId: challengeId, challenge: options.challenge, expiresAtMs });
    return options;
  }

  /** Whether this is the answer of one of the staff member's passkeys to what was asked; each is taken once. */
  async verifySignIn(tx: Tx, staffId: string, challengeId: string, credential: unknown): Promise<boolean> {
    const site = this.site();
    const nowMs = this.context.clock.nowMs();
    const challenge = await takePasskeyChallenge(tx, challengeId, nowMs);
    const response = credential as AuthenticationResponseJSON;
    const passkey = (await listPasskeys(tx, staffId)).find(
      ({ credentialId }) => credentialId === response?.id,
    );
    if (!challenge || !passkey) return false;
    const { verifyAuthenticationResponse } = await webAuthn();
    const verified = await this.verified(() =>
      verifyAuthenticationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: site.origin,
        expectedRPID: site.id,
        requireUserVerification: false,
        credential: {
          id: passkey.credentialId,
          publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
          counter: passkey.counter,
        },
      }),
    );
    if (!verified?.verified) return false;
    await updatePasskeyUse(tx, { ...passkey, counter: verified.authenticationInfo.newCounter }, nowMs);
    return true;
  }

  /** The library throws on what does not verify: a refusal like any other. */
  private async verified<T>(verify: () => Promise<T>): Promise<T | null> {
    try {
      return await verify();
    } catch (error) {
      this.context.log.info('a passkey was refused', { error });
      return null;
    }
  }

  private site(): RelyingParty {
    if (!this.relyingParty) throw new DomainError('conflict', 'passkey_not_available');
    return this.relyingParty;
  }
}

function passkeyRefused(): DomainError {
  const fields = [{ pointer: '#/credential', code: 'invalid' }];
  return new DomainError('invalid', 'passkey_refused', { fields });
}

function descriptorOf({ credentialId, transports }: PasskeyRecord) {
  return { id: credentialId, transports: [...transports] as AuthenticatorTransport[] };
}

/** Browsers give passkeys to named hosts by https, and to localhost; null for every other site (WebAuthn, 5.1.2). */
function relyingPartyOf(publicUrl: string): RelyingParty | null {
  const { protocol, hostname, origin } = new URL(publicUrl);
  const isNamedHost = isIP(hostname) === 0 && !hostname.startsWith('[');
  const isSecure = protocol === 'https:' || hostname === 'localhost';
  return isNamedHost && isSecure ? { id: hostname, origin } : null;
}
