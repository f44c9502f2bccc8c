import { type Agencies, canonicalInputs, maskedAccountOf, readInputs } from '../agencies/index.ts';
import type { BillQuery } from '../billing/index.ts';
import type { AccountHolder, AccountInputs } from '../contract/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import type { Db } from '../infra/db/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { DomainError } from '../kernel/errors.ts';
import { isId, newId, shardHintOf } from '../kernel/ids.ts';
import * as repo from './households.repo.ts';
import type { NewAccount, SavedAccount } from './households.types.ts';

/** The most accounts that one resident may keep. */
export const MAX_SAVED_ACCOUNTS = 50;
const ID_PREFIX = 'sav';

export interface HouseholdsDeps {
  db: Db;
  vault: Vault;
  clock: Clock;
  agencies: Pick<Agencies, 'getAgency'>;
  /** Billing's query: what is owed on an account, for this resident to see. */
  queryBills(
    residentId: string,
    agencyId: string,
    inputs: AccountInputs,
  ): Promise<Pick<BillQuery, 'outcome' | 'holder'>>;
}

/** The accounts a resident keeps at hand. Another's account does not exist for them. */
export class SavedAccounts {
  private readonly deps: HouseholdsDeps;

  constructor(deps: HouseholdsDeps) {
    this.deps = deps;
  }

  /** Oldest first; never more than `MAX_SAVED_ACCOUNTS`. */
  list(residentId: string): Promise<SavedAccount[]> {
    return repo.findSavedAccounts(this.deps.db, this.deps.vault, residentId);
  }

  /** Throws `saved_account_not_found`. */
  async get(residentId: string, savedAccountId: string): Promise<SavedAccount> {
    const { db, vault } = this.deps;
    const account = isId(ID_PREFIX, savedAccountId)
      ? await repo.findSavedAccount(db, vault, residentId, savedAccountId)
      : null;
    if (!account) throw new DomainError('notFound', 'saved_account_not_found');
    return account;
  }

  /**
   * Keeps an account, after asking the agency whether it knows it; when the agency can't be asked now, it is kept all the same.
   * The same account again is the one that is there. Throws `agency_not_found`, `inputs_invalid`,
   * `account_not_found`, `too_many_saved_accounts`.
   */
  async add(residentId: string, { agencyId, inputs: typed, label = '' }: NewAccount): Promise<SavedAccount> {
    const { db, vault, clock, agencies } = this.deps;
    const agency = await agencies.getAgency(agencyId);
    if (!agency) throw new DomainError('notFound', 'agency_not_found');
    const inputs = readInputs(agency.manifest.inputs, typed);
    const accountIndex = vault.blindIndex(`${agencyId} ${canonicalInputs(inputs)}`, 'saved_accounts.account');
    const existing = await repo.findByAccount(db, vault, residentId, accountIndex);
    if (existing) return existing;
    // Before the agency is asked: it would be asked in vain.
    await this.freeSlot(residentId);
    const account: SavedAccount = {
      savedAccountId: newId(ID_PREFIX, clock.nowMs(), shardHintOf(residentId)),
      residentId,
      agencyId,
      inputs,
      maskedAccount: maskedAccountOf(agency.manifest.inputs, inputs),
      label: label.trim(),
      holder: await this.askHolder(residentId, agencyId, inputs),
      createdAtMs: clock.nowMs(),
    };
    return this.insert(account, accountIndex);
  }

  /** Throws `saved_account_not_found`. */
  async rename(residentId: string, savedAccountId: string, label: string): Promise<SavedAccount> {
    const account = await this.get(residentId, savedAccountId);
    await repo.updateLabel(this.deps.db, this.deps.vault, residentId, savedAccountId, label.trim());
    return { ...account, label: label.trim() };
  }

  /** Throws `saved_account_not_found`. */
  async remove(residentId: string, savedAccountId: string): Promise<void> {
    const isOurs = isId(ID_PREFIX, savedAccountId);
    if (isOurs && (await repo.deleteSavedAccount(this.deps.db, residentId, savedAccountId))) return;
    throw new DomainError('notFound', 'saved_account_not_found');
  }

  private async askHolder(
    residentId: string,
    agencyId: string,
    inputs: AccountInputs,
  ): Promise<AccountHolder | null> {
    const { outcome, holder } = await this.deps.queryBills(residentId, agencyId, inputs);
    if (outcome === 'noSuchAccount') throw new DomainError('conflict', 'account_not_found');
    return holder;
  }

  /** Fills the first free slot; who comes at the same time tries the next one, or finds the account there. */
  private async insert(account: SavedAccount, accountIndex: string): Promise<SavedAccount> {
    const { db, vault } = this.deps;
    for (;;) {
      const slot = await this.freeSlot(account.residentId);
      if (await repo.insertSavedAccount(db, vault, account, accountIndex, slot)) return account;
      const existing = await repo.findByAccount(db, vault, account.residentId, accountIndex);
      if (existing) return existing;
    }
  }

  private async freeSlot(residentId: string): Promise<number> {
    const filled = await repo.findSlots(this.deps.db, residentId);
    for (let slot = 1; slot <= MAX_SAVED_ACCOUNTS; slot++) if (!filled.has(slot)) return slot;
    throw new DomainError('conflict', 'too_many_saved_accounts', { params: { maximum: MAX_SAVED_ACCOUNTS } });
  }
}
