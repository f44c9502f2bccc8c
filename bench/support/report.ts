import os from 'node:os';
import { openDb } from '../../src/infra/db/index.ts';
import type { Row } from './bench.types.ts';

/** What the figures were measured on, in one line. */
export async function describeMachine(mysqlUrl: string): Promise<string> {
  const db = openDb({ url: mysqlUrl, poolMax: 1 });
  try {
    const [[server]] = (await db.raw(
      'select version() as version, @@innodb_flush_log_at_trx_commit as flushed, @@log_bin as binlog',
    )) as [[{ version: string; flushed: number; binlog: number }]];
    const cores = os.cpus();
    return [
      new Date().toISOString().slice(0, 10),
      `${cores.length} × ${cores[0]?.model ?? 'unknown processor'}`,
      `load ${os.loadavg()[0]?.toFixed(1)}`,
      `Node ${process.versions.node}`,
      `${server?.version} (flush at commit ${server?.flushed}, binary log ${Number(server?.binlog) ? 'on' : 'off'})`,
    ].join(', ');
  } finally {
    await db.destroy();
  }
}

const number = (value: number) =>
  value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });

/** The rows as a table for people. */
export function printTable(rows: readonly Row[]): void {
  const table = rows.map((row) => [
    row.name,
    number(row.value),
    row.unit,
    row.limit === null ? '' : number(row.limit),
    row.ratio === null ? '' : row.ratio.toFixed(2),
    row.target === null ? '' : `≥ ${row.target}`,
    verdictOf(row),
  ]);
  const head = ['name', 'value', 'unit', 'limit', 'ratio', 'target', ''];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...table.map((cells) => cells[column]?.length ?? 0)),
  );
  console.log('');
  for (const cells of [head, ...table]) {
    const padded = cells.map((cell, column) =>
      [0, 2, 6].includes(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(padded.join('  ').trimEnd());
  }
}

function verdictOf({ correct, ratio, target }: Row): string {
  if (!correct) return 'WRONG';
  if (ratio === null || target === null) return 'reported';
  return ratio >= target ? 'met' : 'missed';
}
