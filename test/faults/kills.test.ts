import { randomInt } from 'node:crypto';
import { describeOnBothStacks } from '../support/stacks.ts';
import { groundOf } from './ground.ts';
import { runKills } from './kills.ts';
import { World } from './world.ts';

/** 50 in all. `npm run faults` kills as often as it is told. */
const KILLS_PER_STACK = 25;
const TEST_TIMEOUT_MS = 600_000;

describeOnBothStacks('a server and a worker that are killed again and again', (stack) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(groundOf(stack(), 2));
  }, TEST_TIMEOUT_MS);
  afterAll(() => world.stop());

  it(
    'lose no order, take no money twice, and leave books that agree with the bank’s and the agency’s',
    async () => {
      const seed = Number(process.env.FAULTS_SEED ?? randomInt(2 ** 31));
      console.info(`npm run faults -- --kills ${KILLS_PER_STACK} --seed ${seed} --stack ${stack().name}`);
      const report = await runKills(world, KILLS_PER_STACK, seed);
      expect(report.violations).toEqual([]);
      expect(report.kills).toBe(KILLS_PER_STACK);
      expect(report.totals.byStatus.posted).toBeGreaterThan(0);
      expect(report.totals.openMinor).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );
});
