import type { Tx } from '../../infra/db/index.ts';
import { type Claim, claimsOf, claimsOn, insertClaims, moveClaims, setClaims } from './claims.repo.ts';
import type { BreakPlan } from './publish.rules.ts';
import type { Unpublished } from './publish.ts';
import type { RowPlace } from './runs.types.ts';
import type { FoundBreak, FoundRow } from './work.types.ts';

/**
 * Gives the rows of breaks to the breaks that have them now. What a break no longer has is let go first: a row has one active claim,
 * and the database refuses a second one.
 */
export async function writeClaims(
  tx: Tx,
  { setup, previous }: Unpublished,
  plan: BreakPlan,
  idOf: (found: FoundBreak) => string,
  reopenedCarriedIds: readonly string[],
): Promise<void> {
  const { moved, wanted } = wantedClaims(setup.held, plan, idOf);
  for (const { from, to } of moved) await moveClaims(tx, from, to);
  const former = await claimsOf(tx, reopenedCarriedIds);
  const ids = new Set([setup.oursId, setup.theirsId, previous?.oursId, previous?.theirsId]);
  for (const { found } of wanted) ids.add(found.statementId);
  for (const { statementId } of former) ids.add(statementId);
  const present = await claimsOn(
    tx,
    [...ids].filter((id) => id !== null && id !== undefined),
  );
  const inserted =
    present.length === 0
      ? wanted
      : await exchangeClaims(tx, { wanted, present, former, heldBreaks: setup.held, plan });
  await insertClaims(tx, inserted);
}

interface Wanted {
  breakId: string;
  found: FoundRow;
}

/** Lets go of claims, gives rows back, and takes up claims that were there once; what is wanted beyond these. */
async function exchangeClaims(
  tx: Tx,
  {
    wanted,
    present,
    former,
    heldBreaks,
    plan,
  }: {
    wanted: readonly Wanted[];
    present: Awaited<ReturnType<typeof claimsOn>>;
    former: readonly Claim[];
    heldBreaks: readonly { breakId: string }[];
    plan: BreakPlan;
  },
): Promise<Wanted[]> {
  const byKey = new Map(wanted.map((one) => [keyOf({ ...one.found, breakId: one.breakId }), one]));
  const own = new Set([...plan.kept, ...plan.gone].map(({ known }) => known.breakId));
  const untouched = new Set(heldBreaks.map(({ breakId }) => breakId));
  const takenRows = new Set(wanted.map(({ found }) => rowOf(found)));
  const known = new Map(present.map((claim) => [keyOf(claim), claim]));
  const released = present.filter(
    (claim) =>
      claim.isActive &&
      !untouched.has(claim.breakId) &&
      !byKey.has(keyOf(claim)) &&
      (own.has(claim.breakId) || takenRows.has(rowOf(claim))),
  );
  await setClaims(tx, released, false);
  // A break of an earlier date that is open again has its row back from the one that had taken it.
  const releasedRows = new Set(released.map(rowOf));
  const returned = former.filter((claim) => releasedRows.has(rowOf(claim)) && !takenRows.has(rowOf(claim)));
  await setClaims(tx, returned, true);
  const again = [...byKey].filter(([key]) => known.get(key)?.isActive === false);
  await setClaims(
    tx,
    again.map(([, { breakId, found }]) => ({ breakId, statementId: found.statementId, rowNo: found.rowNo })),
    true,
  );
  return [...byKey].filter(([key]) => !known.has(key)).map(([, claim]) => claim);
}

/** What each break of the run claims; and where rows of held breaks have moved to, which keep the claims they have. */
function wantedClaims(
  held: Unpublished['setup']['held'],
  plan: BreakPlan,
  idOf: (found: FoundBreak) => string,
) {
  const heldById = new Map(held.map((one) => [one.breakId, one]));
  const wanted: Wanted[] = [];
  const moved: { from: RowPlace; to: RowPlace }[] = [];
  for (const found of [...plan.opened, ...plan.kept.map((one) => one.found)]) {
    const from = heldById.get(found.heldBreakId ?? '');
    const [row] = found.rows;
    if (from && row) {
      if (from.statementId !== row.statementId) moved.push({ from, to: row });
      continue;
    }
    const breakId = idOf(found);
    for (const one of found.rows) wanted.push({ breakId, found: one });
  }
  return { moved, wanted };
}

const rowOf = ({ statementId, rowNo }: RowPlace) => `${statementId} ${rowNo}`;
const keyOf = (claim: Claim) => `${claim.breakId} ${rowOf(claim)}`;
