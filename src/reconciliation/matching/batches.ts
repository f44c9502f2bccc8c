import { type RowFilter, visitGroups } from './keys.ts';
import type { RowTable } from './row-table.ts';
import type { KeyColumn } from './row-values.ts';
import type { Run } from './run.ts';

const SETTLEMENT = 2;

/** Where the batch of payments may stand on the movement that settles them. */
const SETTLED_BY: readonly KeyColumn[] = ['batch', 'ref', 'channelRef'];

/** Payments of one batch on one side, and what settles it on the other. */
export type BatchVisitor = (lefts: number[], rights: number[]) => void;

/** Visits unclaimed payments with a batch, together with the unclaimed movements of the other side that name it. */
export function visitBatches(run: Run, visit: BatchVisitor): void {
  const visitor = { one: (left: number, right: number) => visit([left], [right]), many: visit };
  for (const column of SETTLED_BY) {
    visitGroups(run, { left: 'batch', right: column }, filterOf(run.left, run.right, column), visitor);
    const mirrored = filterOf(run.right, run.left, column);
    visitGroups(
      run,
      { left: column, right: 'batch' },
      { left: mirrored.right, right: mirrored.left },
      visitor,
    );
  }
}

/** `left` chooses the payments, `right` what settles them: a payment of the same batch settles nothing. */
function filterOf(payments: RowTable, settlements: RowTable, column: KeyColumn): RowFilter {
  return {
    left: (row) => payments.kind[row] !== SETTLEMENT,
    right: (row) => column !== 'batch' || settlements.kind[row] === SETTLEMENT,
  };
}

export const isSettlement = (table: RowTable, row: number): boolean => table.kind[row] === SETTLEMENT;
