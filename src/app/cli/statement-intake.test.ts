import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCli } from '../../../test/support/demo.ts';
import { describeOnStack } from '../../../test/support/stacks.ts';
import { planBatches } from '../../reconciliation/batches/batches.repo.ts';
import { sourceSettingsSchema } from '../../reconciliation/intake/intake.types.ts';
import { addSource } from '../../reconciliation/intake/sources.repo.ts';

const DATE = '2026-03-02';
const FILE = [
  `H,SBSTMT1,civicpay,${DATE},CNY,x`,
  `D,1,DEBIT,B1,pay_1,,${DATE}T10:00:00,1.00`,
  'T,1,2.00,0,0.00,2.00',
].join('\r\n');

describeOnStack('embedded', 'civicpay statement import, list and decide', (stack) => {
  const key = () => randomBytes(32).toString('base64');
  const keys = { VAULT_KEYS: JSON.stringify({ k: key() }), VAULT_CURRENT_KEY: 'k', VAULT_INDEX_KEY: key() };
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'civicpay-statement-'));
    writeFileSync(path.join(folder, 'day.csv'), FILE);
    const { db } = stack();
    const day = { currency: 'CNY', cutOff: { timeZone: 'Asia/Shanghai', cutOff: '00:00' }, beganOn: DATE };
    const settings = sourceSettingsSchema.parse({});
    await addSource(db, { sourceId: 'a-bank', role: 'channel', ...day, settings }, 0);
    await planBatches(
      db,
      [{ sourceId: 'a-bank', businessDate: DATE, dueAtMs: Date.parse(`${DATE}T16:00:00Z`) }],
      0,
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const cli = (args: string[]) =>
    runCli(args, { ...keys, DATABASE_URL: stack().databaseUrl, LOG_LEVEL: 'silent' });
  const run = (...args: string[]) => cli(['--json', ...args]);
  async function done(...args: string[]) {
    const { exitCode, stdout, stderr } = await run(...args);
    expect({ args, exitCode, stderr }).toMatchObject({ exitCode: 0 });
    return JSON.parse(stdout);
  }

  it('stop a file whose total is wrong until another person of finance lets it in', async () => {
    const [ann, ben] = ['ann@example.cn', 'ben@example.cn'];
    for (const email of [ann, ben])
      await done('staff', 'create', '--email', email, '--name', email, '--role', 'finance');
    const file = path.join(folder, 'day.csv');
    const ofBatch = ['--source', 'a-bank', '--date', DATE];
    expect((await run('statement', 'import', file, ...ofBatch, '--as', 'nobody@example.cn')).exitCode).toBe(
      2,
    );
    const { exitCode, stdout } = await run('statement', 'import', file, ...ofBatch, '--as', ann);
    expect(exitCode).toBe(1);
    const taken = JSON.parse(stdout);
    expect(taken).toMatchObject({ outcome: 'stopped', statement: { fileName: 'day.csv', rowCount: 1 } });
    const { statementId } = taken.statement;
    const { stdout: shown } = await cli(['statement', 'show', statementId]);
    expect(shown).toContain('a-bank  their file 1  stopped with findings: 1 row, 1.00 CNY, day.csv');
    expect(shown).toContain('stopped by totals');
    expect(shown).toContain(`civicpay statement decide ${statementId}`);
    const decision = ['--decision', 'accept', '--reason', 'confirmed by phone'];
    const own = await run('statement', 'decide', statementId, ...decision, '--as', ann);
    expect(own).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('approval_by_submitter') });
    const decided = await done('statement', 'decide', statementId, ...decision, '--as', ben);
    expect(decided).toMatchObject({ status: 'accepted', decisionReason: 'confirmed by phone' });
    expect(await done('statement', 'list', '--date', DATE)).toEqual([decided]);
    const { stdout: listed } = await cli(['statement', 'list', '--date', DATE]);
    expect(listed).toMatch(
      new RegExp(`^${statementId}  ${DATE}  a-bank  their file 1  accepted with findings`),
    );
  }, 240_000);
});
