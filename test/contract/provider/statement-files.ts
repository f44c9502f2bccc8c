import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StatementFetch } from '../../../src/contract/index.ts';
import {
  layoutSchema,
  readStatement,
  type StatementRow,
  type StatementSummary,
} from '../../../src/reconciliation/index.ts';
import type { ProviderSandbox } from './harness.ts';

type StatementFile = Extract<StatementFetch, { kind: 'ready' }>;
type Options = Parameters<typeof readStatement>[1];

/**
 * Holds a file of a date to what reconciliation has to make of it: found out by itself (or by the layout that the provider
 * declares) and when named, whole, and saying of each reference what the agency's own reading says. A line that is missing is
 * noticed, unless the reader said that nothing would tell.
 */
export async function expectReadable<S>(sandbox: ProviderSandbox<S>, file: StatementFile): Promise<void> {
  const layout =
    sandbox.statementLayout === undefined ? undefined : layoutSchema.parse(sandbox.statementLayout);
  for (const options of layout ? [{ layout }] : [{}, { format: file.format }]) {
    const { rows, summary } = await read(file.content, options);
    expect(summary.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(summary.complete).toBe(true);
    // What is named so by the agency is what the reader calls it; a table has one name for all its kinds of file.
    expect([summary.format, `${summary.format}-csv`]).toContain(file.format);
    expect(sumsOf(rows.map(signed))).toEqual(sumsOf(sandbox.readStatement(file.content)));
    expect(rows.filter(({ direction, isReversal }) => isReversal !== (direction === 'debit'))).toEqual([]);
    if (summary.problems.some(({ code }) => code === 'totals_missing')) continue;
    for (const cut of withoutEachLine(file.content)) {
      expect((await read(cut, options)).summary.complete).toBe(false);
    }
  }
}

async function read(
  content: Uint8Array,
  options: Options,
): Promise<{ rows: StatementRow[]; summary: StatementSummary }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'civicpay-contract-'));
  try {
    const name = path.join(folder, 'file');
    writeFileSync(name, content);
    const rows: StatementRow[] = [];
    const onRows = (more: StatementRow[]) => {
      rows.push(...more);
    };
    return { rows, summary: await readStatement(name, { ...options, onRows }) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function withoutEachLine(content: Uint8Array): Buffer[] {
  const lines = Buffer.from(content).toString('latin1').split('\n').slice(0, -1);
  return lines.map((_, left) =>
    Buffer.from(lines.flatMap((line, at) => (at === left ? [] : [line, '\n'])).join(''), 'latin1'),
  );
}

const signed = ({ ref, amountMinor, direction }: StatementRow) => ({
  reference: ref ?? '',
  amountMinor: direction === 'credit' ? amountMinor : 0 - amountMinor,
});

/** What each reference comes to: a file may have a line for each bill. */
function sumsOf(rows: readonly { reference: string; amountMinor: number }[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { reference, amountMinor } of rows) sums[reference] = (sums[reference] ?? 0) + amountMinor;
  return sums;
}
