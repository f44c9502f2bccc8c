import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runCli } from '../../../test/support/demo.ts';
import { zip } from '../../../test/support/statements.ts';

const POWER = 'providers/electricity/fixtures/daily-file.txt';

describe('civicpay statement inspect', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'civicpay-statement-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function file(name: string, content: string | Buffer): string {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  }

  it('shows rows, totals and that the file is whole', async () => {
    const { exitCode, stdout, stderr } = await runCli(['statement', 'inspect', POWER]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/2 {6} {2}2026-11-21 {2}2026-11-21 {14}395\.14 {2}CNY {2}pst_fixture1/);
    expect(stdout).toContain('complete: true');
  });

  it('says which rows stand in which file of a zip', async () => {
    const day = (date: string) => `交易日期,收入\n${date},1.00\n`;
    const parts = ['2026-01-06', '2026-01-05'].map((date) => ({ name: `${date}.csv`, content: day(date) }));
    const { exitCode, stdout } = await runCli(['statement', 'inspect', file('days.zip', zip(parts))]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/2026-01-05\.csv, from line 1:\n2 .*\n2026-01-06\.csv, from line 3:\n4 /);
    expect(stdout).toContain('statement 2, 2026-01-06.csv: 1 credits 1.00');
  });

  it('prints one JSON value', async () => {
    const { exitCode, stdout } = await runCli(['statement', 'inspect', POWER, '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'gz-power-daily-v1',
      complete: true,
      rows: [
        { line: 2, ref: 'pst_fixture1', amountMinor: 39514, currency: 'CNY', direction: 'credit' },
        { line: 3 },
      ],
      totals: [{ creditCount: 2, creditMinor: 50467 }],
      problems: [],
    });
  });

  it('ends with 2 for a broken file, and never calls it complete', async () => {
    const broken = file(
      'broken.txt',
      'H|20261121|GZGD|civicpay|V1.0\nD|1|p|c|1|1.00|20261121103000|20261121103000\n',
    );
    const asJson = await runCli(['--json', 'statement', 'inspect', broken]);
    expect(asJson.exitCode).toBe(2);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      complete: false,
      rows: [{ line: 2 }],
      problems: [{ severity: 'error', code: 'file_cut_short', line: 2 }],
    });
    const asTable = await runCli(['statement', 'inspect', broken]);
    expect(asTable).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('complete: false') });
    expect(asTable.stdout).toContain('ERROR   line 2');
  });

  it('prints JSON when there is nothing to show', async () => {
    const { exitCode, stdout } = await runCli(['statement', 'inspect', file('noise', 'noise\n'), '--json']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ rows: [], format: null, complete: false });
  });

  it('takes a declared layout, and says what is wrong with one', async () => {
    const data = file('data.txt', '20260102;甲;-1,234.50\n');
    const layout = {
      name: 'x',
      kind: 'delimited',
      delimiter: ';',
      currency: 'CNY',
      row: { amount: { column: 3 } },
    };
    const good = await runCli([
      'statement',
      'inspect',
      data,
      '--json',
      '--layout',
      file('good.json', JSON.stringify(layout)),
    ]);
    expect(JSON.parse(good.stdout).rows).toMatchObject([{ amountMinor: 123450, direction: 'debit' }]);
    const bad = await runCli(['statement', 'inspect', data, '--layout', file('bad.json', '{"name":"x"}')]);
    expect(bad).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('kind: ') });
  });

  it('ends with 2 when the file is not there, or the format unknown', async () => {
    const absent = await runCli(['statement', 'inspect', path.join(folder, 'absent')]);
    expect(absent).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('ENOENT') });
    expect((await runCli(['statement', 'inspect', POWER, '--format', 'pdf'])).exitCode).toBe(2);
  });
});
