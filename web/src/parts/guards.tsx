import { Navigate, Outlet, useLocation } from 'react-router';
import { useSession } from '../api/queries.ts';
import { ProblemNote } from './note.tsx';
import { Waiting } from './waiting.tsx';

/** Pages of a resident: others are asked to sign in, and come back to where they wanted to go. */
export function ResidentOnly() {
  return <SignedInAs kind="resident" signInAt="/sign-in" />;
}

export function StaffOnly() {
  return <SignedInAs kind="staff" signInAt="/staff/sign-in" />;
}

function SignedInAs({ kind, signInAt }: { kind: 'resident' | 'staff'; signInAt: string }) {
  const { pathname, search } = useLocation();
  const session = useSession();
  if (session.isPending) return <Waiting />;
  if (!session.data) return <ProblemNote error={session.error} onRetry={() => void session.refetch()} />;
  const user = session.data.user;
  if (user?.kind === kind) return <Outlet />;
  // Staff have no accounts of their own here: their start page is the operations page.
  if (user?.kind === 'staff' && pathname === '/') return <Navigate to="/staff" replace />;
  return <Navigate to={`${signInAt}?next=${encodeURIComponent(pathname + search)}`} replace />;
}

/** Where to go after signing in: only a path of our own. */
export function nextPath(search: URLSearchParams, otherwise: string): string {
  const next = search.get('next') ?? '';
  return /^\/(?![/\\])/.test(next) ? next : otherwise;
}
