import { randomBytes, randomInt } from 'node:crypto';
import {
  type Accounts,
  type ClientContext,
  createAccounts,
  type NewStaff,
  SandboxSmsSender,
  type SignedIn,
  type StaffRole,
} from '../../src/accounts/index.ts';
import { totpCodeOf, totpStepAt } from '../../src/accounts/totp.ts';
import { createVault, type Vault } from '../../src/infra/crypto/index.ts';
import type { Db } from '../../src/infra/db/index.ts';
import { TestClock } from './test-clock.ts';

/** The module as the app makes it, on a suite's own database, with the sandbox inbox and a clock to turn. */
export interface TestAccounts {
  accounts: Accounts;
  clock: TestClock;
  vault: Vault;
  sms: SandboxSmsSender;
  /** Everything logged, to look for what should not be there. */
  logged: unknown[];
}

export function createTestVault(): Vault {
  const key = () => randomBytes(32).toString('base64');
  return createVault({ current: 'k1', keys: { k1: key() }, indexKey: key() });
}

/** One for the whole process: what one test seals lies in the same tables as what the next one reads. */
const vault = createTestVault();

/** Suites hash hundreds of passwords; what the cost is in earnest is tested beside the hashing. */
const CHEAP = { ln: 4, r: 8, p: 1 };

export function openAccounts(db: Db, { publicUrl = 'http://localhost:8080' } = {}): TestAccounts {
  const clock = new TestClock();
  const sms = new SandboxSmsSender({ db, vault, clock });
  const logged: unknown[] = [];
  const write = (message: string, fields?: unknown) => void logged.push(message, fields);
  const log = { debug: write, info: write, warn: write, error: write };
  const accounts = createAccounts({
    db,
    vault,
    clock,
    log,
    config: { publicUrl, smsSender: sms, passwordCost: CHEAP },
  });
  return { accounts, clock, vault, sms, logged };
}

/** A client at an address of its own, so that limits by address don't meet. */
export function someClient(sessionToken: string | null = null): ClientContext {
  const address = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`;
  return { address, traceId: randomBytes(16).toString('hex'), sessionToken };
}

export function somePhone(): string {
  return `139${String(randomInt(10 ** 8)).padStart(8, '0')}`;
}

/** Asks for a code and reads it from the inbox. */
export async function receiveCode(
  { accounts, sms }: TestAccounts,
  phone: string,
  client = someClient(),
): Promise<{ challengeId: string; code: string }> {
  const { challengeId } = await accounts.residents.requestCode(phone, client);
  const message = (await sms.latest(1000)).find((one) => one.phone === phone);
  const code = /\d{6}/.exec(message?.text ?? '')?.[0];
  if (!code) throw new Error('no code came');
  return { challengeId, code };
}

/** Signs a resident in from the beginning. */
export async function signInResident(
  test: TestAccounts,
  phone = somePhone(),
  client = someClient(),
): Promise<SignedIn> {
  return test.accounts.residents.signIn(await receiveCode(test, phone, client), client);
}

export interface TestStaff {
  staffId: string;
  email: string;
  password: string;
  totpSecret: string;
}

/** Makes a member of staff with these roles. */
export async function makeStaff(
  { accounts }: TestAccounts,
  roles: readonly StaffRole[],
  more: Partial<NewStaff> = {},
): Promise<TestStaff> {
  const email = `${randomBytes(6).toString('hex')}@example.cn`;
  const password = randomBytes(12).toString('base64');
  const { staffId, totpSecret } = await accounts.staff.create({
    email,
    password,
    roles,
    displayName: '王经理',
    ...more,
  });
  return { staffId, email, password, totpSecret };
}

/** The code that the staff member's authenticator shows, `stepsAhead` half minutes from now. */
export function totpNow({ clock }: TestAccounts, staff: TestStaff, stepsAhead = 0): string {
  return totpCodeOf(staff.totpSecret, totpStepAt(clock.nowMs()) + stepsAhead);
}

/** Signs a member of staff in from the beginning. */
export async function signInStaff(
  test: TestAccounts,
  staff: TestStaff,
  client = someClient(),
): Promise<SignedIn> {
  const { challengeId } = await test.accounts.staff.checkPassword(staff, client);
  return test.accounts.staff.signInByTotp({ challengeId, code: totpNow(test, staff) }, client);
}

/** The code of the refusal that a call ends in; `ok` when it does not. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? String(error),
  );
}
