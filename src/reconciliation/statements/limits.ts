/** What a statement may at most hold; what any file may is in `infra/files`. */
export const LIMITS = {
  /** One entry of camt with all the payments of its batch. */
  entryChars: 32 * 1024 ** 2,
  problems: 1_000,
  statements: 20_000,
  currencies: 200,
} as const;
