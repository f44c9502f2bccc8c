import { randomBytes } from 'node:crypto';
import { runCli } from '../../../test/support/demo.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';

const key = () => randomBytes(32).toString('base64');

describeOnBothStacks('civicpay catalogue', (stack) => {
  const keys = { VAULT_KEYS: JSON.stringify({ k: key() }), VAULT_CURRENT_KEY: 'k', VAULT_INDEX_KEY: key() };
  const run = (...args: string[]) => {
    const { databaseUrl, queue } = stack();
    const env = { ...keys, DATABASE_URL: databaseUrl };
    const redis = queue.kind === 'redis' && { REDIS_URL: queue.url };
    return runCli(['catalogue', 'sync', '--json', ...args], { ...env, ...redis });
  };

  it('says what stands in the way, and that two people decide', async () => {
    expect(await run()).toMatchObject({ exitCode: 2 });
    expect(await run('--connection', 'nowhere')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('connection_not_found'),
    });
    expect(await run('--connection', 'nowhere', '--accept', 'all')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('two people'),
    });
  });
});
