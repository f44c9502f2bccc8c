import type { Accounts, DemoSignIns, SandboxSms } from '../accounts/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { auditEventOf, clientOf, isSecure, signedIn, userOf } from './accounts.presenter.ts';
import * as schemas from './accounts.schemas.ts';
import { defineRoute, type Route, signedInCaller } from './route.ts';
import { instantOf, pageQuery } from './schemas.ts';
import { clearedSessionCookie } from './session-cookie.ts';

export interface AccountsRoutesOptions {
  accounts: Accounts;
  /** `https://…` makes the session cookie one that is never sent in clear. */
  publicUrl: string;
  /** What a demo shows to everybody; null anywhere else. */
  demo: {
    signIns(): Promise<DemoSignIns>;
    /** The last text messages, newest first. */
    messages(limit: number): Promise<readonly SandboxSms[]>;
  } | null;
}

const INBOX_MESSAGES = 50;

/** Sign-in, sessions, passkeys, the audit trail, and what a demo shows. */
export function accountsRoutes(options: AccountsRoutesOptions): Route[] {
  return [
    ...sessionRoutes(options),
    ...residentRoutes(options),
    ...staffRoutes(options),
    ...passkeyRoutes(options),
    ...demoRoutes(options),
    auditRoute(options),
  ];
}

function sessionRoutes({ accounts, publicUrl, demo }: AccountsRoutesOptions): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/session',
      operationId: 'getSession',
      tag: 'session',
      summary: 'Who is signed in',
      access: 'public',
      idempotency: 'none',
      request: {},
      responses: { 200: { description: 'The session, if any', schema: schemas.sessionSchema } },
      problems: [],
      handler: async ({ caller, sessionToken }) => ({
        status: 200,
        body: {
          user: caller && userOf(caller),
          csrfToken: sessionToken && accounts.sessions.csrfTokenFor(sessionToken),
          demo: demo !== null,
        },
      }),
    }),
    defineRoute({
      method: 'delete',
      path: '/v1/session',
      operationId: 'signOut',
      tag: 'session',
      summary: 'Sign out, here or everywhere',
      access: 'public',
      idempotency: 'none',
      request: { query: schemas.signOutQuery },
      responses: { 204: { description: 'Nobody is signed in any more' } },
      problems: [],
      handler: async (input) => {
        const { caller, query } = input;
        if (caller && query.everywhere === 'true')
          await accounts.sessions.signOutEverywhere(caller, clientOf(input));
        else if (caller) await accounts.sessions.signOut(caller, clientOf(input));
        return { status: 204, headers: { 'set-cookie': clearedSessionCookie(isSecure(publicUrl)) } };
      },
    }),
  ];
}

function residentRoutes({ accounts, publicUrl }: AccountsRoutesOptions): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/sign-in/codes',
      operationId: 'requestSignInCode',
      tag: 'sign-in',
      summary: 'Send a one-time code to a phone',
      access: 'public',
      idempotency: 'none',
      request: { body: schemas.codeRequestSchema },
      responses: {
        202: { description: 'A code is on its way', schema: schemas.codeChallengeSchema },
      },
      problems: ['phone_invalid', 'sms_not_configured', 'code_asked_too_often', 'sms_not_sent'],
      handler: async (input) => {
        const challenge = await accounts.residents.requestCode(input.body.phone, clientOf(input));
        const { challengeId, expiresAtMs, resendAfterMs } = challenge;
        const body = {
          challengeId,
          expiresAt: instantOf(expiresAtMs),
          resendAfter: instantOf(resendAfterMs),
        };
        return { status: 202, body };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/sign-in/sessions',
      operationId: 'signInByCode',
      tag: 'sign-in',
      summary: 'Exchange a one-time code for a session',
      access: 'public',
      idempotency: 'none',
      request: { body: schemas.codeAttemptSchema },
      responses: { 201: { description: 'Signed in; the cookie is set', schema: schemas.signedInSchema } },
      problems: ['code_wrong', 'code_expired', 'code_tries_used_up'],
      handler: async (input) =>
        signedIn(accounts, publicUrl, await accounts.residents.signIn(input.body, clientOf(input))),
    }),
  ];
}

function staffRoutes({ accounts, publicUrl }: AccountsRoutesOptions): Route[] {
  const responses = { 201: { description: 'Signed in; the cookie is set', schema: schemas.signedInSchema } };
  const common = { method: 'post', tag: 'staff-sign-in', access: 'public', idempotency: 'none' } as const;
  return [
    defineRoute({
      ...common,
      path: '/v1/staff-sign-in/password',
      operationId: 'checkStaffPassword',
      summary: 'First step of a staff sign-in',
      request: { body: schemas.passwordSchema },
      responses: { 200: { description: 'A second factor is needed', schema: schemas.staffChallengeSchema } },
      problems: ['staff_sign_in_refused', 'sign_in_locked'],
      handler: async (input) => ({
        status: 200,
        body: await accounts.staff.checkPassword(input.body, clientOf(input)),
      }),
    }),
    defineRoute({
      ...common,
      path: '/v1/staff-sign-in/totp',
      operationId: 'signInByTotp',
      summary: 'Second step, by a code from an authenticator',
      request: { body: schemas.totpAttemptSchema },
      responses,
      problems: ['staff_challenge_expired', 'sign_in_locked', 'totp_wrong', 'totp_used'],
      handler: async (input) =>
        signedIn(accounts, publicUrl, await accounts.staff.signInByTotp(input.body, clientOf(input))),
    }),
    defineRoute({
      ...common,
      path: '/v1/staff-sign-in/passkey-options',
      operationId: 'getPasskeySignInOptions',
      summary: 'What a passkey is asked to sign',
      request: { body: schemas.challengeRequestSchema },
      responses: { 200: { description: 'For the browser', schema: schemas.passkeyOptionsSchema } },
      problems: ['staff_challenge_expired', 'passkey_not_available'],
      handler: async ({ body }) => ({
        status: 200,
        body: { options: await accounts.staff.passkeyOptions(body.challengeId) },
      }),
    }),
    defineRoute({
      ...common,
      path: '/v1/staff-sign-in/passkey',
      operationId: 'signInByPasskey',
      summary: 'Second step, by a passkey',
      request: { body: schemas.passkeyAttemptSchema },
      responses,
      problems: ['staff_challenge_expired', 'sign_in_locked', 'passkey_refused', 'passkey_not_available'],
      handler: async (input) =>
        signedIn(accounts, publicUrl, await accounts.staff.signInByPasskey(input.body, clientOf(input))),
    }),
  ];
}

function passkeyRoutes({ accounts }: AccountsRoutesOptions): Route[] {
  const common = { method: 'post', tag: 'staff-sign-in', access: 'staff', idempotency: 'none' } as const;
  return [
    defineRoute({
      ...common,
      path: '/v1/staff/passkeys/options',
      operationId: 'getPasskeyRegistrationOptions',
      summary: 'What a new passkey is asked to sign',
      request: {},
      responses: { 200: { description: 'For the browser', schema: schemas.passkeyOptionsSchema } },
      problems: ['passkey_not_available'],
      handler: async ({ caller }) => ({
        status: 200,
        body: { options: await accounts.passkeys.registrationOptions(signedInCaller(caller)) },
      }),
    }),
    defineRoute({
      ...common,
      path: '/v1/staff/passkeys',
      operationId: 'registerPasskey',
      summary: 'Keep a new passkey',
      request: { body: schemas.passkeyRegistrationSchema },
      responses: { 201: { description: 'It can be used from now on', schema: schemas.passkeySchema } },
      problems: ['passkey_not_available', 'passkey_refused', 'passkey_already_registered'],
      handler: async (input) => {
        const caller = signedInCaller(input.caller);
        const { label, createdAtMs } = await accounts.passkeys.register(caller, input.body, clientOf(input));
        return { status: 201, body: { label, createdAt: instantOf(createdAtMs) } };
      },
    }),
  ];
}

function demoRoutes({ demo }: AccountsRoutesOptions): Route[] {
  const common = { method: 'get', tag: 'demo', access: 'public', idempotency: 'none', request: {} } as const;
  const inDemo = () => {
    if (!demo) throw new DomainError('notFound', 'not_found');
    return demo;
  };
  return [
    defineRoute({
      ...common,
      path: '/v1/demo/sms-messages',
      operationId: 'listDemoSmsMessages',
      summary: 'The sandbox inbox: what would have been sent as text messages',
      responses: { 200: { description: 'Newest first', schema: schemas.smsMessagesSchema } },
      problems: ['not_found'],
      handler: async () => {
        const messages = await inDemo().messages(INBOX_MESSAGES);
        const items = messages.map(({ phone, text, sentAtMs }) => ({
          phone,
          text,
          sentAt: instantOf(sentAtMs),
        }));
        return { status: 200, body: { items } };
      },
    }),
    defineRoute({
      ...common,
      path: '/v1/demo/sign-ins',
      operationId: 'listDemoSignIns',
      summary: 'Who one can sign in as in the demo',
      responses: { 200: { description: 'Residents and staff', schema: schemas.demoSignInsSchema } },
      problems: ['not_found'],
      handler: async () => ({ status: 200, body: await inDemo().signIns() }),
    }),
  ];
}

function auditRoute({ accounts }: AccountsRoutesOptions): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/ops/audit-events',
    operationId: 'listAuditEvents',
    tag: 'operations',
    summary: 'Who did what, newest first',
    access: 'operator',
    idempotency: 'none',
    request: { query: pageQuery },
    responses: { 200: { description: 'One page', schema: schemas.auditPageSchema } },
    problems: ['cursor_invalid'],
    handler: async ({ query }) => {
      const { items, nextCursor } = await accounts.listAuditEvents(query);
      return { status: 200, body: { items: items.map(auditEventOf), nextCursor } };
    },
  });
}
