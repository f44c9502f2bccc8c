import type { Answer } from './answer.ts';

/** One command as its caller numbered it. */
export interface NumberedCommand {
  /** Who calls: the same key of another caller is another command. */
  userId: string;
  operationId: string;
  /** The caller's Idempotency-Key. */
  key: string;
  /** The validated path, query and body, as canonical text. */
  request: string;
}

/** What is to be done about a command. */
export type Admission =
  | { kind: 'run'; claim: CommandClaim }
  /** It was carried out before: this was the answer. */
  | { kind: 'replay'; answer: Answer }
  /** The key was used for another request. */
  | { kind: 'reused' }
  /** Somebody is carrying it out right now. */
  | { kind: 'inFlight'; retryAfterSeconds: number };

/** The right to carry out a command; kept alive until it is given back, lost some time after a crash. */
export interface CommandClaim {
  /** Stands for the caller, the operation and the key. */
  commandKey: string;
  /** Keeps the answer for whoever repeats the command. */
  finish(answer: Answer): Promise<void>;
  /** Nothing was carried out, or it may be tried again: forgets the command. */
  release(): Promise<void>;
}

export interface IdempotencyStore {
  admit(command: NumberedCommand): Promise<Admission>;
}
