/** What somebody may do; each route asks for one. */
export type Role = 'resident' | 'agency' | 'finance' | 'operator';

/** Who is calling, as the session says. */
export interface Caller {
  userId: string;
  sessionId: string;
  kind: 'resident' | 'staff';
  roles: readonly Role[];
  /** For agency users: the one agency whose things they may see. */
  agencyId: string | null;
  /** Shown on the page: a masked phone, or a member of staff's name. */
  displayName: string;
}
