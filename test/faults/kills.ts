import { seededDraws } from '../../sandbox/support/fault-plan.ts';
import { type Audit, auditBooks } from './books.ts';
import { armAllFaults, clearFaults } from './fault-rules.ts';
import { Payers } from './payers.ts';
import { Door } from './people.ts';
import type { Program } from './program.ts';
import { comeToRest } from './rest.ts';
import type { World } from './world.ts';

/** The commits and calls of a payment's path, by the process that makes them; each is a place to die before, during and after. */
const STEPS = {
  server: [
    'commit of insert idempotency_keys',
    'commit of insert bill_queries',
    'commit of insert payments',
    'commit of update idempotency_keys',
    'commit of update payments',
    'commit of insert notifications',
    'call /api/qryArrears',
  ],
  worker: [
    'commit of update tasks',
    'commit of update payments',
    'call /merchant/v1/orders',
    'call /merchant/v1/orders/query',
    'call /merchant/v1/refunds',
    'call /merchant/v1/refunds/query',
    'call /api/chargePay',
    'call /api/qryCharge',
  ],
} as const;
const MOMENTS = ['before', 'during', 'after'] as const;
const PAYERS = 12;
/** A step that is not reached in this time is given up for whatever step comes next. */
const PATIENCE_MS = 5_000;
/** Some steps come often, others only after a refusal: the first times are drawn more often than the last. */
const MAX_NTH = 4;

interface Kill {
  process: 'server' | 'worker';
  point: string;
  /** At the how-manyth time it gets there. */
  nth: number;
}

export interface KillsReport extends Audit {
  seed: number;
  kills: number;
  /** How many died at each point. */
  byPoint: Record<string, number>;
  /** Kills whose planned point did not come in time, and that struck elsewhere. */
  elsewhere: number;
  durationMs: number;
}

/**
 * Kills server and worker again and again, at moments drawn from the seed, while residents pay; then lets everything come
 * to rest and compares all the books.
 */
export async function runKills(world: World, kills: number, seed: number): Promise<KillsReport> {
  const startedAt = performance.now();
  const door = new Door(world);
  const people = await Promise.all(Array.from({ length: PAYERS }, () => door.resident()));
  await armAllFaults(world, seed);
  const payers = new Payers(world);
  payers.start(people, seed);
  const plan = planKills(kills, seed);
  // Both at once: now and then one is killed while the other is down.
  const deaths = await Promise.all([
    killInTurn(
      world.server,
      plan.filter(({ process }) => process === 'server'),
    ),
    killInTurn(
      world.worker,
      plan.filter(({ process }) => process === 'worker'),
    ),
  ]);
  await clearFaults(world);
  await payers.stop();
  const stillOpen = await comeToRest(world);
  const { totals, violations } = await auditBooks(world, payers.orders);
  const points = deaths.flat();
  const byPoint: Record<string, number> = {};
  for (const { point } of points) byPoint[point] = (byPoint[point] ?? 0) + 1;
  return {
    seed,
    kills: points.length,
    byPoint,
    elsewhere: points.filter(({ asPlanned }) => !asPlanned).length,
    totals,
    violations: [...stillOpen, ...violations, ...payers.wrongAnswers, ...errorsLogged(world)],
    durationMs: Math.round(performance.now() - startedAt),
  };
}

/** Every point comes once before any comes again. */
function planKills(kills: number, seed: number): Kill[] {
  const draw = seededDraws(seed);
  const every = Object.entries(STEPS).flatMap(([process, steps]) =>
    steps.flatMap((step) =>
      MOMENTS.map((moment) => ({ process: process as Kill['process'], point: `${moment} ${step}` })),
    ),
  );
  const plan: Kill[] = [];
  while (plan.length < kills) {
    for (const place of shuffled(every, draw))
      plan.push({ ...place, nth: 1 + Math.floor(draw() ** 2 * MAX_NTH) });
  }
  return plan.slice(0, kills);
}

async function killInTurn(program: Program, kills: readonly Kill[]) {
  const deaths = [];
  for (const { point, nth } of kills) {
    deaths.push(await program.dieAt(point, nth, PATIENCE_MS));
    await program.start();
  }
  return deaths;
}

/** A fault outside is no error of ours: whatever is logged as one is a bug. */
function errorsLogged({ server, worker }: World): string[] {
  return [server, worker].flatMap((program) =>
    program.logged('error').map((entry) => `logged as an error: ${JSON.stringify(entry).slice(0, 500)}`),
  );
}

function shuffled<T>(items: readonly T[], draw: () => number): T[] {
  return items
    .map((item) => ({ item, at: draw() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
