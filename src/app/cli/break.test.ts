import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { jest } from '@jest/globals';
import { Command } from 'commander';
import { row } from '../../../test/support/matching.ts';
import { ReconciledSource } from '../../../test/support/reconciled-batches.ts';
import { describeOnStack } from '../../../test/support/stacks.ts';
import { suspenseThatDiffers } from '../../reconciliation/index.ts';
import { type Config, loadConfig } from '../config.ts';
import { closeContainer, createContainer, TOKENS as T } from '../container.ts';
import { addBreakCommands } from './break.ts';

const DATE = '2026-03-02';
const [ANN, BEN] = ['ann@example.cn', 'ben@example.cn'];

describeOnStack('embedded', 'civicpay break', (stack) => {
  let config: Config;
  let folder: string;
  let printed: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'civicpay-break-'));
    const key = () => randomBytes(32).toString('base64');
    config = loadConfig({
      DATABASE_URL: stack().databaseUrl,
      VAULT_KEYS: JSON.stringify({ k: key() }),
      VAULT_CURRENT_KEY: 'k',
      VAULT_INDEX_KEY: key(),
      LOG_LEVEL: 'silent',
    });
    const container = createContainer(config, 'test');
    const { staff } = container.resolve(T.accounts);
    for (const email of [ANN, BEN]) await staff.create({ email, displayName: email, roles: ['finance'] });
    const { db } = stack();
    const bank = await ReconciledSource.open({ db, vault: container.resolve(T.vault) }, 'a-bank');
    const on = (ref: string, amountMinor: number) => row(ref, { bookedOn: DATE, amountMinor });
    const twice = [on('pay_3', 700), on('pay_3', 700)];
    await bank.day(DATE, [on('pay_3', 700)], [on('pay_1', 100), on('pay_2', 200), ...twice]);
    await closeContainer(container);
  });
  beforeEach(() => {
    printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += text;
      return true;
    });
    jest.spyOn(console, 'log').mockImplementation((text) => {
      printed += `${text}\n`;
    });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    expect(await suspenseThatDiffers(stack().db)).toEqual([]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function run(args: readonly string[], isJson: boolean): Promise<string> {
    const program = new Command().exitOverride();
    addBreakCommands(program, { config: () => config, isJson: () => isJson });
    printed = '';
    await program.parseAsync(['break', ...args], { from: 'user' });
    return printed;
  }
  const told = (...args: string[]) => run(args, false);
  const done = async (...args: string[]) => JSON.parse(await run(args, true));
  const refused = (...args: string[]) =>
    run(args, true).then(
      () => null,
      (error: Error) => error,
    );
  const idsOf = async (...filter: string[]): Promise<string[]> =>
    (await done('list', ...filter)).map(({ breakId }: { breakId: string }) => breakId);

  it('tells why, in lines and as the API does, to finance', async () => {
    const [breakId = ''] = await idsOf('--class', 'duplicate');
    const { break: found, answer } = await done('why', breakId, '--as', ANN);
    expect(found).toMatchObject({ breakId, class: 'duplicate' });
    expect(answer.rows).toHaveLength(3);
    const lines = await told('why', breakId, '--as', ANN);
    expect(lines).toContain('theirs-2026-03-02.csv, revision 1, line');
    expect(lines).toContain(answer.rows[0].sha256);
    expect(await refused('why', breakId, '--as', 'eve@example.cn')).toMatchObject({ exitCode: 2 });
    const seen = await stack().db('audit_events').where({ action: 'reconciliation.why' });
    expect(seen).toHaveLength(2);
  });

  it('gives what is named or found to somebody, with comments and files', async () => {
    const [breakId = '', other = ''] = await idsOf('--class', 'bankOnly');
    const to = ['assign', '--to', BEN, '--as', ANN];
    expect(await done(...to, '--class', 'bankOnly', '--reason', '归口处理')).toMatchObject({ count: 2 });
    expect((await idsOf('--owner', BEN)).sort()).toEqual([breakId, other].sort());
    expect(await done('assign', breakId, '--to', 'nobody', '--as', BEN)).toMatchObject({ count: 1 });
    expect(await idsOf('--owner', BEN)).toEqual([other]);
    for (const args of [[], [breakId, '--class', 'bankOnly']])
      expect((await refused(...to, ...args))?.message).toContain('breaks_not_named');
    expect(await refused('comment', breakId, '--text', 'x', '--as', ANN)).toMatchObject({ exitCode: 2 });
    await done('comment', breakId, '--text', '已联系银行', '--as', ANN);

    const [file, empty] = [path.join(folder, 'slip.pdf'), path.join(folder, 'empty.pdf')];
    writeFileSync(file, '%PDF-1.7 x');
    writeFileSync(empty, '');
    const { evidenceId } = await done('evidence', 'attach', breakId, file, '--as', ANN);
    expect((await refused('evidence', 'attach', breakId, empty, '--as', ANN))?.message).toContain(
      'evidence_missing',
    );
    rmSync(file);
    const save = ['evidence', 'save', breakId, evidenceId, '--out', folder, '--as', BEN];
    expect(await done(...save)).toMatchObject({ file });
    expect(readFileSync(file, 'utf8')).toBe('%PDF-1.7 x');
    expect(await refused(...save)).toMatchObject({ code: 'EEXIST' });
    const lines = await told('show', breakId);
    for (const part of ['commented by ann@example.cn: 已联系银行', 'slip.pdf, 10 bytes', 'What can be done'])
      expect(lines).toContain(part);
  });

  it('makes rows a break of their own', async () => {
    const [breakId = ''] = await idsOf('--class', 'duplicate');
    const { rows } = await done('show', breakId);
    const { statementId, rowNo } = rows.find(({ side }: { side: string }) => side === 'theirs');
    const split = ['split', breakId, '--reason', '两件事', '--as', ANN, '--rows'];
    expect(await refused(...split, statementId)).toMatchObject({ exitCode: 2 });
    const part = await done(...split, `${statementId}:${rowNo}`);
    expect(part).toMatchObject({ rows: [{ statementId, rowNo }], suspenseMinor: 700 });
  });

  it('shows what a resolution of all that is found would book, asks for it as it was shown, and takes it back', async () => {
    const bulk = [
      'bulk',
      '--class',
      'bankOnly',
      '--kind',
      'writeOff',
      '--reason',
      '金额小于成本',
      '--as',
      ANN,
    ];
    const shown = await done(...bulk);
    expect(shown).toMatchObject({ amountMinor: 1_000, people: 2, obstacle: null });
    expect(await told(...bulk)).toContain('Dr suspense/a-bank 10.00 CNY');
    expect(await idsOf('--state', 'proposed')).toEqual([]);
    expect((await refused(...bulk, '--hash', 'other'))?.message).toContain('breaks_changed');
    const ask = async () => (await done(...bulk, '--hash', shown.breaksSha256)).resolutionId;
    const first = await ask();
    expect(await told('proposals')).toContain(`civicpay break approve ${first} --hash ${shown.breaksSha256}`);
    const taken = await done('withdraw', first, '--reason', '再查查', '--as', ANN);
    expect(taken).toMatchObject({ state: 'withdrawn', answer: '再查查' });
    const approve = ['approve', await ask(), '--hash', shown.breaksSha256, '--as'];
    expect(await refused(...approve, ANN)).toMatchObject({ exitCode: 1 });
    expect(await done(...approve, BEN)).toMatchObject({ state: 'applied', breakCount: 3 });
    expect(await told('list', '--class', 'bankOnly')).toBe('No break is like that.\n');
  });

  it('says what stands in the way, and ends as a failure', async () => {
    const bulk = ['bulk', '--source', 'a-bank', '--kind', 'resend', '--reason', '补发一次', '--as', ANN];
    expect(await told(...bulk)).toContain('Not possible so: brk_');
    expect(process.exitCode).toBe(1);
    process.exitCode = undefined;
    expect(await refused('list', '--class', 'ajar')).toMatchObject({ exitCode: 2 });
  });
});
