import type { Session } from './session.ts';

export interface Check {
  /** Names its texts too. */
  id: string;
  appliesTo(session: Session): boolean;
  /** Throws Mismatch when the agency does something else than is expected. */
  run(session: Session): Promise<void>;
}
