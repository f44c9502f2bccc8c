/** One measured figure. */
export interface Row {
  name: string;
  value: number;
  unit: string;
  /** What it is measured against, in the same run and the same unit; null where it is only reported. */
  limit: number | null;
  /** value / limit */
  ratio: number | null;
  /** What `ratio` should reach at least; a miss is reported and is no failure. */
  target: number | null;
  /** Whether what was measured did what it should; a figure of wrong work is worth nothing. */
  correct: boolean;
}

export interface BenchOptions {
  /** Smaller numbers: minutes become seconds, and figures less steady. */
  isQuick: boolean;
  servers: BenchServers;
  /** Tells a person who waits what goes on. */
  note(line: string): void;
}

export interface BenchServers {
  /** Of a MariaDB or MySQL where databases may be made. */
  mysqlUrl: string;
  redisUrl: string;
  /** A migrated database that each measurement copies. */
  template: string;
  /** For files of a run; removed at its end. */
  dir: string;
}

export interface Bench {
  name: string;
  run(options: BenchOptions): Promise<Row[]>;
}

/** A figure against its limit. */
export function against(
  row: Pick<Row, 'name' | 'value' | 'unit' | 'correct'> & { limit: number; target: number },
): Row {
  return { ...row, ratio: row.value / row.limit };
}

/** A figure without a limit. */
export function reported(row: Pick<Row, 'name' | 'value' | 'unit' | 'correct'>): Row {
  return { ...row, limit: null, ratio: null, target: null };
}
