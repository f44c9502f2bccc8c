/** Prints one line for each step of a start: what, how it came out, how long it took. */
export class Progress {
  private readonly out: NodeJS.WriteStream;

  constructor(out: NodeJS.WriteStream = process.stdout) {
    this.out = out;
  }

  /** Runs a step; `describe` turns its result into a few words. */
  async step<T>(title: string, run: () => Promise<T>, describe: (result: T) => string): Promise<T> {
    const startedAt = performance.now();
    if (this.out.isTTY) this.out.write(`  … ${title}`);
    try {
      const result = await run();
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      this.finish(`  ✓ ${title.padEnd(16)}  ${describe(result)} (${seconds} s)`);
      return result;
    } catch (error) {
      this.finish(`  ✗ ${title}`);
      throw error;
    }
  }

  note(line: string): void {
    this.finish(`    ${line}`);
  }

  private finish(line: string): void {
    // On a terminal the line replaces the one that said what is being waited for.
    this.out.write(this.out.isTTY ? `\r\u001b[2K${line}\n` : `${line}\n`);
  }
}
