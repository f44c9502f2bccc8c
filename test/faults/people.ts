import { randomBytes } from 'node:crypto';
import { createAccounts, SandboxSmsSender } from '../../src/accounts/index.ts';
import { makeStaff, signInResident, signInStaff, type TestAccounts } from '../support/accounts.ts';
import { TestClock } from '../support/test-clock.ts';
import type { World } from './world.ts';

export interface Call {
  method?: string;
  path: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The JSON of the body; null when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers, which are checked against the API's document elsewhere
  body: any;
}

const ANSWER_TIMEOUT_MS = 20_000;

/** Somebody who is signed in, at an address of their own. */
export class Person {
  readonly userId: string;
  private readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(baseUrl: string, session: { userId: string; token: string; csrfToken: string } | null) {
    this.baseUrl = baseUrl;
    this.userId = session?.userId ?? '';
    this.headers = {
      'x-forwarded-for': someAddress(),
      ...(session && { cookie: `civicpay_session=${session.token}`, 'x-csrf-token': session.csrfToken }),
    };
  }

  /** Rejects when no whole answer came. */
  async send({ method = 'GET', path, body, headers }: Call): Promise<Answer> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        ...this.headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: jsonOrNull(text) };
  }
}

/** Limits count by address: somebody else each time. */
export function someAddress(): string {
  return `10.${[...randomBytes(3)].join('.')}`;
}

/** Signs people in to a world, past the limits that guard the door: it is not the door that is tested here. */
export class Door {
  private readonly world: World;
  private readonly test: TestAccounts;

  constructor(world: World) {
    const { db, vault } = world;
    this.world = world;
    const clock = new TestClock(Date.now());
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const sms = new SandboxSmsSender({ db, vault, clock });
    const config = { publicUrl: world.server.url, smsSender: sms, passwordCost: { ln: 4, r: 8, p: 1 } };
    const accounts = createAccounts({ db, vault, clock, log, config });
    this.test = { accounts, clock, vault, sms, logged: [] };
  }

  nobody(): Person {
    return new Person(this.world.server.url, null);
  }

  async resident(): Promise<Person> {
    return this.personOf(await signInResident(this.test));
  }

  async operator(): Promise<Person> {
    return this.personOf(await signInStaff(this.test, await makeStaff(this.test, ['operator'])));
  }

  private personOf({ token, caller }: { token: string; caller: { userId: string } }): Person {
    const csrfToken = this.test.accounts.sessions.csrfTokenFor(token);
    return new Person(this.world.server.url, { userId: caller.userId, token, csrfToken });
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
