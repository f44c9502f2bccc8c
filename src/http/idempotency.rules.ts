/** A command as the table knows it. */
export interface CommandRow {
  commandKey: string;
  requestHash: string;
  /** Whose it is, or was, to carry out. */
  claimId: string;
  claimedUntilMs: number;
  /** Null while it is being carried out. */
  answerSealed: string | null;
  expiresAtMs: number;
}

/** What finding a row means for a command that wants to claim it. */
export type Verdict = 'mine' | 'replay' | 'reused' | 'inFlight' | 'takeOver';

/** Law 3. `takeOver`: the row is too old to count, or whoever claimed it has died. */
export function verdictOn(row: CommandRow, mine: CommandRow, nowMs: number): Verdict {
  if (row.claimId === mine.claimId) return 'mine';
  if (row.expiresAtMs <= nowMs) return 'takeOver';
  if (row.requestHash !== mine.requestHash) return 'reused';
  if (row.answerSealed !== null) return 'replay';
  return row.claimedUntilMs <= nowMs ? 'takeOver' : 'inFlight';
}
