import { type Db, type Tx, toInt } from '../infra/db/index.ts';
import type { CommandRow } from './idempotency.rules.ts';

const TABLE = 'idempotency_keys';

/** Claims every command whose key is free; returns, for each in order, the row that holds its key. */
export async function claimFree(tx: Tx, claims: readonly CommandRow[]): Promise<CommandRow[]> {
  // One order for all, so that two batches never wait for each other crosswise.
  const rows = claims.map(toRow).sort((a, b) => (a.command_key < b.command_key ? -1 : 1));
  await tx(TABLE).insert(rows).onConflict('command_key').ignore();
  const keys = [...new Set(claims.map((claim) => claim.commandKey))];
  const held = new Map<string, CommandRow>();
  for (const row of await tx(TABLE).select('*').whereIn('command_key', keys)) {
    held.set(row.command_key, fromRow(row));
  }
  // A row can vanish between the two statements, when its holder lets go: the next try finds the key free.
  return claims.map((claim) => held.get(claim.commandKey) ?? { ...claim, claimId: '' });
}

/** Takes a row over from a holder that is gone, unless somebody else was quicker. */
export async function takeOver(db: Db, from: CommandRow, claim: CommandRow): Promise<boolean> {
  const taken = await db(TABLE)
    .where({ command_key: from.commandKey, claim_id: from.claimId })
    .update({ ...toRow(claim), answer_sealed: null });
  return taken === 1;
}

/** Keeps the answers of commands that are still their claims' own. */
export async function keepAnswers(tx: Tx, answered: readonly CommandRow[]): Promise<void> {
  const sorted = [...answered].sort((a, b) => (a.commandKey < b.commandKey ? -1 : 1));
  for (const { commandKey, claimId, answerSealed } of sorted) {
    await tx(TABLE)
      .where({ command_key: commandKey, claim_id: claimId })
      .update({ answer_sealed: answerSealed });
  }
}

export async function extendClaim(
  db: Db,
  { commandKey, claimId }: CommandRow,
  untilMs: number,
): Promise<void> {
  await db(TABLE).where({ command_key: commandKey, claim_id: claimId }).update({ claimed_until_ms: untilMs });
}

export async function dropClaim(db: Db, { commandKey, claimId }: CommandRow): Promise<void> {
  await db(TABLE).where({ command_key: commandKey, claim_id: claimId }).delete();
}

/** Deletes rows past their time, a piece at a time; returns how many. */
export async function deleteExpired(db: Db, nowMs: number, limit: number): Promise<number> {
  const rows = await db(TABLE).where('expires_at_ms', '<=', nowMs).limit(limit).select('command_key');
  const keys = rows.map((row) => row.command_key as string);
  return keys.length === 0
    ? 0
    : db(TABLE).whereIn('command_key', keys).where('expires_at_ms', '<=', nowMs).delete();
}

function toRow(row: CommandRow) {
  return {
    command_key: row.commandKey,
    request_hash: row.requestHash,
    claim_id: row.claimId,
    claimed_until_ms: row.claimedUntilMs,
    answer_sealed: row.answerSealed,
    expires_at_ms: row.expiresAtMs,
  };
}

function fromRow(row: Record<string, unknown>): CommandRow {
  return {
    commandKey: row.command_key as string,
    requestHash: row.request_hash as string,
    claimId: row.claim_id as string,
    claimedUntilMs: toInt(row.claimed_until_ms),
    answerSealed: row.answer_sealed as string | null,
    expiresAtMs: toInt(row.expires_at_ms),
  };
}
