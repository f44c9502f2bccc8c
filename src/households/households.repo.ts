import type { Vault } from '../infra/crypto/index.ts';
import { type Db, isUniqueViolation, toInt } from '../infra/db/index.ts';
import type { SavedAccount } from './households.types.ts';

const INPUTS = 'saved_accounts.inputs';
const LABEL = 'saved_accounts.label';
const HOLDER = 'saved_accounts.holder';

/** A resident's accounts, oldest first. */
export async function findSavedAccounts(db: Db, vault: Vault, residentId: string): Promise<SavedAccount[]> {
  const rows = await db('saved_accounts').where({ resident_id: residentId }).orderBy('saved_account_id');
  return rows.map((row) => toSavedAccount(vault, row));
}

export async function findSavedAccount(
  db: Db,
  vault: Vault,
  residentId: string,
  savedAccountId: string,
): Promise<SavedAccount | null> {
  const row = await db('saved_accounts').where(ownKey(residentId, savedAccountId)).first();
  return row ? toSavedAccount(vault, row) : null;
}

/** The same account as `accountIndex` names, when the resident keeps it. */
export async function findByAccount(
  db: Db,
  vault: Vault,
  residentId: string,
  accountIndex: string,
): Promise<SavedAccount | null> {
  const row = await db('saved_accounts')
    .where({ resident_id: residentId, account_index: accountIndex })
    .first();
  return row ? toSavedAccount(vault, row) : null;
}

/** The slots a resident has filled. */
export async function findSlots(db: Db, residentId: string): Promise<Set<number>> {
  const slots = await db('saved_accounts').where({ resident_id: residentId }).pluck('slot');
  return new Set(slots.map(toInt));
}

/** Whether it was added; not when the slot has been filled or the account added in the meantime. */
export async function insertSavedAccount(
  db: Db,
  vault: Vault,
  account: SavedAccount,
  accountIndex: string,
  slot: number,
): Promise<boolean> {
  try {
    await db('saved_accounts').insert({
      resident_id: account.residentId,
      slot,
      saved_account_id: account.savedAccountId,
      agency_id: account.agencyId,
      account_index: accountIndex,
      inputs_sealed: vault.seal(JSON.stringify(account.inputs), INPUTS),
      label_sealed: vault.seal(account.label, LABEL),
      holder_sealed: account.holder && vault.seal(JSON.stringify(account.holder), HOLDER),
      masked_account: account.maskedAccount,
      created_at_ms: account.createdAtMs,
    });
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}

export async function updateLabel(
  db: Db,
  vault: Vault,
  residentId: string,
  savedAccountId: string,
  label: string,
): Promise<void> {
  await db('saved_accounts')
    .where(ownKey(residentId, savedAccountId))
    .update({ label_sealed: vault.seal(label, LABEL) });
}

/** Whether there was one. */
export async function deleteSavedAccount(
  db: Db,
  residentId: string,
  savedAccountId: string,
): Promise<boolean> {
  return (await db('saved_accounts').where(ownKey(residentId, savedAccountId)).delete()) > 0;
}

/** With the resident in it: it finds nothing of anybody else's, and goes by the primary key. */
function ownKey(residentId: string, savedAccountId: string) {
  return { resident_id: residentId, saved_account_id: savedAccountId };
}

function toSavedAccount(vault: Vault, row: Record<string, string | null>): SavedAccount {
  const text = (column: string) => row[column] ?? '';
  return {
    savedAccountId: text('saved_account_id'),
    residentId: text('resident_id'),
    agencyId: text('agency_id'),
    inputs: JSON.parse(vault.open(text('inputs_sealed'), INPUTS)),
    maskedAccount: text('masked_account'),
    label: vault.open(text('label_sealed'), LABEL),
    holder: row.holder_sealed ? JSON.parse(vault.open(row.holder_sealed, HOLDER)) : null,
    createdAtMs: toInt(row.created_at_ms),
  };
}
