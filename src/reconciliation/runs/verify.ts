import type { Vault } from '../../infra/crypto/index.ts';
import { type Db, toInt } from '../../infra/db/index.ts';
import { balancesThatDiffer, listBalances, trialBalance } from '../../ledger/index.ts';
import type { StatementSide } from '../intake/intake.types.ts';
import { readPiece } from '../intake/pieces.repo.ts';
import { findStatement } from '../intake/statements.repo.ts';
import { appendChunk, ROWS_PER_CHUNK } from '../matching/row-chunks.ts';
import { RowTable } from '../matching/row-table.ts';
import { TextPool } from '../matching/text-pool.ts';
import { type Slot, visitSheet } from './match-sheet.ts';
import { activeSheets, findRun, groupsOf, type Run } from './runs.repo.ts';
import { Sums } from './sums.ts';

/**
 * Proves a run that holds from the database alone, from what was stored: every row of both statements has one slot and, if it is in a break,
 * one claim; rows and money of all are those of the matched and the broken together, and those that the run counted; matches say the
 * same from both sides; accounts are the sums of their entries, in balance, and suspense is what open breaks hold. Gives what is wrong.
 */
export async function verifyRun(db: Db, vault: Vault, runId: string): Promise<string[]> {
  const run = await findRun(db, runId);
  if (!run) return [`there is no run ${runId}`];
  const wrong: string[] = [];
  const sides = {
    ours: await readSide(db, vault, run, 'ours', wrong),
    theirs: await readSide(db, vault, run, 'theirs', wrong),
  };
  for (const [side, other] of [
    ['ours', 'theirs'],
    ['theirs', 'ours'],
  ] as const) {
    sides[side].forEach((slot, rowNo) => {
      if (slot.kind !== 'pair') return;
      const back = sides[other][slot.counterpartRowNo];
      if (back?.kind !== 'pair' || back.counterpartRowNo !== rowNo || back.rule !== slot.rule)
        wrong.push(`row ${rowNo} of ${side} is matched with one that is not matched with it`);
    });
  }
  wrong.push(...(await wrongGroups(db, run, sides)));
  if (!(await trialBalance(db)).balanced) wrong.push('the trial balance is not zero');
  wrong.push(...(await balancesThatDiffer(db)).map((account) => `${account} is not the sum of its entries`));
  wrong.push(...(await suspenseThatDiffers(db)));
  return wrong;
}

/** The slots of a statement; what is wrong with its rows, claims and sums goes into `wrong`. */
async function readSide(
  db: Db,
  vault: Vault,
  run: Run,
  side: StatementSide,
  wrong: string[],
): Promise<Slot[]> {
  const statementId = side === 'ours' ? run.oursId : run.theirsId;
  const slots: Slot[] = [];
  if (statementId === null) return slots;
  for await (const sheet of activeSheets(db, statementId))
    visitSheet(sheet.slots, (_, slot) => slots.push(slot));
  const rowCount = (await findStatement(db, statementId))?.rowCount ?? 0;
  if (slots.length !== rowCount) wrong.push(`${side} has ${rowCount} rows and ${slots.length} slots`);
  const claims = await claimedRows(db, statementId);
  const sums = { all: new Sums<string>(), matched: new Sums<string>(), broken: new Sums<string>() };
  for (let chunkNo = 0; chunkNo * ROWS_PER_CHUNK < rowCount; chunkNo++) {
    const table = new RowTable(new TextPool());
    appendChunk(table, await readPiece(db, vault, statementId, chunkNo));
    for (let at = 0; at < table.count; at++) {
      const rowNo = chunkNo * ROWS_PER_CHUNK + at;
      const { currency, amountMinor } = table.rowAt(at);
      const slot = slots[rowNo];
      const claimedMinor = claims.get(rowNo);
      if ((slot?.kind === 'break') !== (claimedMinor !== undefined))
        wrong.push(`row ${rowNo} of ${side} is a ${slot?.kind} and has ${claimedMinor ?? 'no'} claim`);
      if (claimedMinor !== undefined && claimedMinor !== amountMinor)
        wrong.push(`row ${rowNo} of ${side} says ${amountMinor}, its claim ${claimedMinor}`);
      sums.all.add(currency, amountMinor ?? 0);
      const isBroken = slot?.kind === 'break' || slot?.kind === 'lateBreak';
      (isBroken ? sums.broken : sums.matched).add(currency, amountMinor ?? 0);
    }
  }
  for (const part of ['all', 'matched', 'broken'] as const) {
    const [stored, counted] = [sums[part].listed((currency) => currency), run.proof[side][part]];
    if (JSON.stringify(stored) !== JSON.stringify(counted))
      wrong.push(`${side}, ${part}: ${JSON.stringify(stored)} is not ${JSON.stringify(counted)}`);
  }
  return slots;
}

/** Amounts of the rows that breaks claim, by row. */
async function claimedRows(db: Db, statementId: string): Promise<Map<number, number | null>> {
  const rows = await db('break_rows')
    .where({ statement_id: statementId, is_active: 1 })
    .select('row_no', 'amount_minor');
  return new Map(
    rows.map((row) => [toInt(row.row_no), row.amount_minor === null ? null : toInt(row.amount_minor)]),
  );
}

/** Each row of a group says that it is in it, and no other row does. */
async function wrongGroups(db: Db, run: Run, sides: Record<StatementSide, Slot[]>): Promise<string[]> {
  const wrong: string[] = [];
  const inGroups = { ours: 0, theirs: 0 };
  for (const { matchNo, rule, ...group } of await groupsOf(db, run.runId)) {
    for (const side of ['ours', 'theirs'] as const) {
      for (const { breakId, rowNo } of group[side]) {
        if (breakId !== undefined) continue;
        const slot = sides[side][rowNo];
        inGroups[side]++;
        if (slot?.kind !== 'group' || slot.matchNo !== matchNo || slot.rule !== rule)
          wrong.push(`row ${rowNo} of ${side} does not say that it is in match ${matchNo}`);
      }
    }
  }
  for (const side of ['ours', 'theirs'] as const) {
    const count = sides[side].filter(({ kind }) => kind === 'group').length;
    if (count !== inGroups[side])
      wrong.push(`${count} rows of ${side} are in ${inGroups[side]} places of matches`);
  }
  return wrong;
}

/**
 * Sources whose suspense account is not what their open breaks hold: theirs less ours of the final rows in the source's currency that
 * those claim. Nothing is booked for a file that has not come. None, unless something is badly wrong.
 */
export async function suspenseThatDiffers(db: Db): Promise<string[]> {
  const sources = await db('statement_sources').select('source_id', 'role', 'currency');
  const rows: Record<string, string>[] = await db({ b: 'breaks' })
    .join({ r: 'break_rows' }, (join) => {
      join.on('r.break_id', 'b.break_id').andOnVal('r.is_active', 1).andOnVal('r.status', 'final');
    })
    .whereIn('b.state', ['open', 'proposed'])
    .whereNot('b.class', 'lateFile')
    .groupBy('b.source_id', 'r.side', 'r.currency')
    .select('b.source_id', 'r.side', 'r.currency')
    .sum({ amount_minor: 'r.amount_minor' });
  const balances = new Map(
    (await listBalances(db)).map((one) => [
      `${one.accountCode} ${one.currency}`,
      one.creditMinor - one.debitMinor,
    ]),
  );
  return sources.flatMap(({ source_id, role, currency }) => {
    const held = rows
      .filter((row) => row.source_id === source_id && row.currency === currency)
      .reduce((sum, row) => sum + BigInt(row.amount_minor ?? 0) * (row.side === 'theirs' ? 1n : -1n), 0n);
    const balance = balances.get(`suspense/${source_id} ${currency}`) ?? 0n;
    const inSuspense = role === 'channel' ? balance : -balance;
    return inSuspense === held
      ? []
      : [`suspense of ${source_id} is ${inSuspense}, and its open breaks hold ${held}`];
  });
}
