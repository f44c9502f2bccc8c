import type { Logger } from '../contract/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import type { Db } from '../infra/db/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { DomainError } from '../kernel/errors.ts';
import type { AccountsConfig, AuditEvent, ClientContext } from './accounts.types.ts';
import { addressGroup } from './guards.rules.ts';

/** What every part of this module works with. */
export interface AccountsContext {
  db: Db;
  vault: Vault;
  clock: Clock;
  log: Logger;
  config: AccountsConfig;
}

/** What a column's values are sealed and indexed under; changing one makes what is stored unreadable. */
export const SEALED = {
  residentPhone: 'residents.phone',
  challengePhone: 'sign_in_codes.phone',
  smsPhone: 'sms_messages.phone',
  smsText: 'sms_messages.text',
  staffEmail: 'staff.email',
  staffTotpSecret: 'staff.totp_secret',
  staffDisplayName: 'staff.display_name',
  passkeyLabel: 'staff_passkeys.label',
  sessionDisplayName: 'sessions.display_name',
} as const;

/** Blind index of the client, the same for all addresses that one subscriber holds. */
export function addressIndexOf(vault: Vault, address: string): string {
  return vault.blindIndex(addressGroup(address), 'audit.address');
}

/** The parts of an audit event that come from the client. */
export function auditOrigin(
  context: AccountsContext,
  client: ClientContext,
): Pick<AuditEvent, 'atMs' | 'traceId' | 'addressIndex'> {
  return {
    atMs: context.clock.nowMs(),
    traceId: client.traceId,
    addressIndex: addressIndexOf(context.vault, client.address),
  };
}

/** A refusal that says when to come back. */
export function tryLater(code: string, retryAtMs: number, nowMs: number): DomainError {
  const seconds = Math.max(1, Math.ceil((retryAtMs - nowMs) / 1000));
  return new DomainError('tooMany', code, { params: { seconds }, retryAfterSeconds: seconds });
}
