/** What `civicpay` ends with. Scripts rely on them: they do not change. */
export const EXIT = {
  ok: 0,
  /** It was tried and did not work, or is not healthy. */
  failed: 1,
  /** The command line is wrong, or a file that it names. */
  usage: 2,
  /** A setting is missing or wrong, or what it names cannot be reached. */
  notConfigured: 3,
  /** What was compared differs; the comparison itself went well. */
  differs: 4,
} as const;

/** Ends a command with a message and a code of its own, without a stack trace. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}
