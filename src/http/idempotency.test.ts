import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { checkedApi } from '../../test/support/api.ts';
import { commandOf, frameWith, someCaller } from '../../test/support/http-app.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { createVault } from '../infra/crypto/index.ts';
import { createLogger } from '../infra/log/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { createIdempotencyStore } from './idempotency.service.ts';
import type { Admission } from './idempotency.types.ts';
import { defineRoute } from './route.ts';

const alice = someCaller('resident', 'usr_alice');
const bob = someCaller('resident', 'usr_bob');
const HOUR_MS = 3600_000;

describeOnBothStacks('commands with an Idempotency-Key', (stack) => {
  const key = () => randomBytes(12).toString('hex');
  const base64Key = () => randomBytes(32).toString('base64');
  const vault = createVault({ current: 'k1', keys: { k1: base64Key() }, indexKey: base64Key() });
  const log = createLogger({ level: 'silent', service: 'test' });

  function setUp() {
    let runs = 0;
    const keys = new Set<string | null>();
    const clock = { atMs: 1_800_000_000_000, nowMs: () => clock.atMs };
    const store = () => createIdempotencyStore({ db: stack().db, vault, clock, log });
    const route = defineRoute({
      method: 'post',
      path: '/v1/things',
      operationId: 'makeThing',
      tag: 'test',
      summary: 'Makes a thing',
      access: 'resident',
      idempotency: 'required',
      request: { body: z.object({ say: z.string(), note: z.string().optional() }) },
      responses: { 201: { description: 'Made', schema: z.object({ run: z.int(), say: z.string() }) } },
      problems: ['not_possible_now'],
      handler: async ({ body, commandKey }) => {
        runs++;
        keys.add(commandKey);
        await new Promise(setImmediate);
        if (body.say === 'no') throw new DomainError('conflict', 'not_possible_now');
        if (body.say === 'later' && runs === 1) throw new DomainError('unavailable', 'database_busy');
        if (body.say === 'bug' && runs === 1) throw new TypeError('a bug');
        return { status: 201, body: { run: runs, say: body.say }, headers: { location: '/v1/things/1' } };
      },
    });
    const { app, openApi } = frameWith([route], [alice, bob], { idempotency: store() });
    const api = checkedApi(app, openApi);
    const call = (idempotencyKey: string, body: object, caller = alice) =>
      api.post('/v1/things').set(commandOf(caller)).set('idempotency-key', idempotencyKey).send(body);
    return { clock, store, api, call, runs: () => runs, keys };
  }

  it('are refused without one, or with a bad one', async () => {
    const { api, call, runs } = setUp();
    const without = await api.post('/v1/things').set(commandOf(alice)).send({ say: 'hi' }).expect(400);
    expect(without.body).toMatchObject({
      code: 'idempotency_key_required',
      errors: [{ pointer: '#/header/Idempotency-Key', code: 'required' }],
    });
    await call('short', { say: 'hi' }).expect(400);
    await call('with space in it', { say: 'hi' }).expect(400);
    expect(runs()).toBe(0);
  });

  it('get the same answer again for the same body, however it is written', async () => {
    const { call, runs } = setUp();
    const mine = key();
    const first = await call(mine, { say: '你好' }).expect(201);
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    const again = await call(mine, { unknown: 1, say: '你好' }).expect(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers).toMatchObject({ 'idempotent-replayed': 'true', location: '/v1/things/1' });
    expect(runs()).toBe(1);
  });

  it('are refused with another body, and are others’ own', async () => {
    const { call, runs } = setUp();
    const mine = key();
    await call(mine, { say: 'hi' }).expect(201);
    const other = await call(mine, { say: 'ho' }).expect(422);
    expect(other.body.code).toBe('idempotency_key_reused');
    await call(mine, { say: 'ho' }, bob).expect(201);
    expect(runs()).toBe(2);
  });

  it('keep a definite refusal, and not one that may pass', async () => {
    const { call, runs } = setUp();
    const refused = key();
    const first = await call(refused, { say: 'no' }).expect(409);
    const again = await call(refused, { say: 'no' }).expect(409);
    expect(again.body).toEqual(first.body);
    expect(runs()).toBe(1);
    for (const say of ['later', 'bug']) {
      const { call: callAgain, runs: runsAgain, keys } = setUp();
      const mine = key();
      await callAgain(mine, { say }).expect(say === 'bug' ? 500 : 503);
      await callAgain(mine, { say }).expect(201);
      expect(runsAgain()).toBe(2);
      expect(keys.size).toBe(1);
    }
  });

  it('run once when a hundred come at once', async () => {
    const { call, runs } = setUp();
    const mine = key();
    const answers = await Promise.all(Array.from({ length: 100 }, () => call(mine, { say: 'hi' })));
    expect(runs()).toBe(1);
    const made = answers.filter((answer) => answer.status === 201);
    const told = answers.filter((answer) => answer.body.code === 'idempotency_in_flight');
    expect(made.length).toBeGreaterThan(0);
    expect(made.length + told.length).toBe(100);
    for (const answer of told) expect(answer.headers['retry-after']).toBe('1');
    expect((await call(mine, { say: 'hi' }).expect(201)).body).toEqual(made[0]?.body);
  });

  it('run once when they come to several servers at once', async () => {
    const { store } = setUp();
    const command = { userId: 'usr_a', operationId: 'makeThing', key: key(), request: 'x' };
    const stores = Array.from({ length: 4 }, store);
    const admissions = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (stores[index % 4] as (typeof stores)[0]).admit(command)),
    );
    expect(kinds(admissions)).toEqual({ run: 1, inFlight: 39 });
    for (const admission of admissions) if (admission.kind === 'run') await admission.claim.release();
  });

  it('are taken over from a server that died, by one', async () => {
    const { store, clock } = setUp();
    const command = { userId: 'usr_a', operationId: 'makeThing', key: key(), request: 'x' };
    const dead = await store().admit(command);
    if (dead.kind !== 'run') throw new Error('the first must run');
    expect((await store().admit(command)).kind).toBe('inFlight');
    clock.atMs += HOUR_MS;
    expect((await store().admit({ ...command, request: 'y' })).kind).toBe('reused');
    const heirs = await Promise.all(Array.from({ length: 10 }, () => store().admit(command)));
    expect(kinds(heirs)).toEqual({ run: 1, inFlight: 9 });
    const heir = heirs.find((admission) => admission.kind === 'run');
    if (heir?.kind !== 'run') throw new Error('one must run');
    expect(heir.claim.commandKey).toBe(dead.claim.commandKey);
    // The dead one was only slow: what it says no longer counts.
    await dead.claim.finish({ status: 201, headers: {}, body: '"late"' });
    await heir.claim.finish({ status: 201, headers: {}, body: '"heir"' });
    expect(await store().admit(command)).toMatchObject({ kind: 'replay', answer: { body: '"heir"' } });
  });

  it('are forgotten after a day, whether swept or not', async () => {
    const { store, clock, call, runs } = setUp();
    const mine = key();
    await call(mine, { say: 'hi' }).expect(201);
    clock.atMs += 24 * HOUR_MS;
    expect((await call(mine, { say: 'ho' }).expect(201)).body.run).toBe(2);
    expect(runs()).toBe(2);
    clock.atMs += 24 * HOUR_MS;
    expect(await store().purgeExpired()).toBeGreaterThan(0);
    expect(await store().purgeExpired()).toBe(0);
  });

  it('leave nothing readable in the table', async () => {
    const { call } = setUp();
    const mine = key();
    await call(mine, { say: 'hi', note: 'private words' }).expect(201);
    const table = JSON.stringify(await stack().db('idempotency_keys').select('*'));
    expect(table).not.toContain(mine);
    expect(table).not.toMatch(/private|usr_alice|"hi"/);
  });
});

function kinds(admissions: readonly Admission[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of admissions) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
