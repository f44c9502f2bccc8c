import { randomBytes } from 'node:crypto';
import getPort from 'get-port';
import { runCli } from '../../../test/support/demo.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { migrateDownAll } from '../../infra/db/index.ts';

const key = () => randomBytes(32).toString('base64');
const KEYS = { VAULT_KEYS: JSON.stringify({ a: key() }), VAULT_CURRENT_KEY: 'a', VAULT_INDEX_KEY: key() };
/** So that a demo of this clone is not spoken of instead. */
const UNREACHABLE = 'postgres://nobody:secret-password@127.0.0.1:1/civicpay';

describe('civicpay', () => {
  it('prints its help and version', async () => {
    const help = await runCli(['--help']);
    expect(help).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Exit codes: 0') });
    expect(await runCli(['--version'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+/),
    });
  });

  it.each([[['unknown']], [['serve', '--unknown']], [['smoke', '--url']]])(
    'ends with 2 for a wrong command line: %j',
    async (args) => {
      expect((await runCli(args)).exitCode).toBe(2);
    },
  );

  it('ends with 3 and names what is not set', async () => {
    const { exitCode, stderr } = await runCli(['migrate'], { DATABASE_URL: UNREACHABLE });
    expect(exitCode).toBe(3);
    expect(stderr).toContain('VAULT_KEYS is not set');
  });

  it('ends with 3 when the database can’t be reached, without telling the password', async () => {
    const { exitCode, stdout, stderr } = await runCli(['migrate'], { ...KEYS, DATABASE_URL: UNREACHABLE });
    expect(exitCode).toBe(3);
    expect(stdout + stderr).not.toContain('secret-password');
  });

  it('ends a smoke test with 3 when no server answers', async () => {
    const url = `http://127.0.0.1:${await getPort()}`;
    const { exitCode, stdout } = await runCli(['smoke', '--json', '--url', url]);
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, failed: { step: 'the server is ready' } });
  });

  it('lets the doctor say what can’t be reached and how to mend it', async () => {
    const { exitCode, stdout } = await runCli(['doctor', '--json'], { ...KEYS, DATABASE_URL: UNREACHABLE });
    const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: { name: string }[] };
    expect({ exitCode, ok }).toEqual({ exitCode: 3, ok: false });
    expect(findings).toContainEqual(
      expect.objectContaining({ name: 'database', status: 'unreachable', mend: expect.any(String) }),
    );
    expect(stdout).not.toContain('secret-password');
  });
});

describeOnBothStacks('civicpay migrate', (stack) => {
  it('applies everything that is missing, and then nothing', async () => {
    const { databaseUrl, queue, db } = stack();
    const names = await db('schema_migrations').orderBy('name').pluck('name');
    await migrateDownAll(db);
    const redis: Record<string, string> = queue.kind === 'redis' ? { REDIS_URL: queue.url } : {};
    const migrate = () => runCli(['--json', 'migrate'], { ...KEYS, DATABASE_URL: databaseUrl, ...redis });
    const [first, second] = [await migrate(), await migrate()];
    expect(JSON.parse(first.stdout)).toEqual({ applied: names });
    expect(JSON.parse(second.stdout)).toEqual({ applied: [] });
  });
});
