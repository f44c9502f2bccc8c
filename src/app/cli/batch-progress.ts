import type { Batch } from '../../reconciliation/index.ts';
import { problemText } from './batch-words.ts';

const BAR_CHARS = 24;
const PERCENT = 100;

/** Where lines go; a terminal is drawn over, anything else gets a line for each change. Null: nowhere. */
type Output = (Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean }) | null;

/** Shows how far batches are: bars on a terminal, lines elsewhere. */
export class ProgressLines {
  private readonly output: Output;
  private drawn = 0;
  private readonly said = new Map<string, string>();

  constructor(output: Output) {
    this.output = output;
  }

  show(batches: readonly Batch[]): void {
    if (!this.output) return;
    if (this.output.isTTY) {
      const lines = batches.map((batch) => `\u001b[2K${progressLine(batch)}\n`);
      if (this.drawn > 0) this.output.write(`\u001b[${this.drawn}A`);
      this.output.write(lines.join(''));
      this.drawn = lines.length;
      return;
    }
    for (const batch of batches) {
      const stands = `${batch.sourceId} ${batch.state} ${batch.phase}`;
      if (this.said.get(batch.sourceId) === stands) continue;
      this.said.set(batch.sourceId, stands);
      this.output.write(`${progressLine(batch)}\n`);
    }
  }

  /** What is drawn stays; the next goes below. */
  end(): void {
    this.drawn = 0;
  }
}

/** One batch in a line: source, state, and while it runs a bar, rows a second and what is left. */
export function progressLine({ sourceId, state, phase, progress, problem }: Batch): string {
  const name = sourceId.padEnd(34);
  const why = problem ? ` (${problemText({ problem })})` : '';
  if (state !== 'running' || !progress)
    return `${name} ${state.padEnd(9)} ${state === 'done' ? '' : phase}${why}`.trimEnd();
  const share = progress.total ? progress.done / progress.total : 0;
  const filled = Math.round(share * BAR_CHARS);
  const bar = progress.total
    ? `[${'█'.repeat(filled)}${'░'.repeat(BAR_CHARS - filled)}] ${Math.floor(share * PERCENT)}%`
    : '';
  const speed = progress.rowsPerSecond === null ? '' : `${progress.rowsPerSecond} rows/s`;
  const left = progress.etaMs === null ? '' : `${Math.ceil(progress.etaMs / 1_000)} s left`;
  return [name, progress.phase.padEnd(9), bar, speed, left].filter(Boolean).join(' ');
}
