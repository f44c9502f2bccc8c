import type { Db } from '../infra/db/index.ts';
import { toInt } from '../infra/db/index.ts';
import type { HeldReserve } from './settlement.types.ts';

/** What settlement itself books on the account of what is owed to an agency. */
const OWN_KINDS = ['feesInvoiced', 'payoutSent', 'payoutVoided', 'payoutReturned'];
const PREFIX = 'agency_payable/';

/**
 * Agencies whose account is not what settlement says of them: none, unless something is badly wrong. For each,
 * `agency_payable` = carried over + reserves + payouts that are not with the bank + payouts that came back + what is not settled
 * yet; and each payment and refund that was settled is what its own journal credited. Full scan.
 */
export async function settlementThatDiffers(db: Db): Promise<string[]> {
  return [...(await agenciesThatDiffer(db)), ...(await itemsThatDiffer(db))];
}

async function agenciesThatDiffer(db: Db): Promise<string[]> {
  const own = await sumsBy(ownEntries(db));
  const expected = new Map<string, number>();
  const add = (sums: ReadonlyMap<string, number>, sign: 1 | -1) => {
    for (const [agencyId, minor] of sums)
      expected.set(agencyId, (expected.get(agencyId) ?? 0) + sign * minor);
  };
  add(await positions(db), 1);
  add(await sumsBy(payoutsNotSent(db)), 1);
  add(await sumsBy(returnsNotSettled(db)), 1);
  // What was settled left the heap of what is not: the rest of the account is that heap, and the two sides drop it.
  add(await sumsBy(settledItems(db)), -1);
  const agencyIds = new Set([...own.keys(), ...expected.keys()]);
  return [...agencyIds]
    .filter((agencyId) => (own.get(agencyId) ?? 0) !== (expected.get(agencyId) ?? 0))
    .map(
      (agencyId) => `${agencyId}: booked ${own.get(agencyId) ?? 0}, expected ${expected.get(agencyId) ?? 0}`,
    );
}

/** By agency: carried over and reserves. */
async function positions(db: Db): Promise<Map<string, number>> {
  const rows = await db('settlement_positions').select('agency_id', 'carried_minor', 'reserves');
  return new Map(
    rows.map((row) => {
      const reserves = JSON.parse(row.reserves) as HeldReserve[];
      const reserveMinor = reserves.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
      return [String(row.agency_id), toInt(row.carried_minor) + reserveMinor];
    }),
  );
}

const ownEntries = (db: Db) =>
  db('entries as e')
    .join('journals as j', 'j.journal_id', 'e.journal_id')
    .whereIn('j.kind', OWN_KINDS)
    .where('e.account_code', 'like', `${PREFIX}%`)
    .groupBy('e.account_code')
    .select({ agency: 'e.account_code', minor: db.raw('sum(e.credit_minor - e.debit_minor)') });

const payoutsNotSent = (db: Db) =>
  db('settlements as s')
    .leftJoin('payout_instructions as i', 'i.active_settlement_id', 's.settlement_id')
    .leftJoin('payout_batches as b', 'b.batch_id', 'i.batch_id')
    .where((or) => or.whereNull('b.state').orWhere('b.state', 'waiting'))
    .groupBy('s.agency_id')
    .select({ agency: 's.agency_id', minor: db.raw('sum(s.payout_minor)') });

const returnsNotSettled = (db: Db) =>
  db('returned_payouts as r')
    .leftJoin('settlement_items as i', (on) =>
      on.on('i.agency_id', 'r.agency_id').andOn('i.item_id', 'r.instruction_id'),
    )
    .whereNull('i.item_id')
    .groupBy('r.agency_id')
    .select({ agency: 'r.agency_id', minor: db.raw('sum(r.amount_minor)') });

/** What left the heap of what is not settled: as postings had credited it, that is less fees, whatever the terms. */
const settledItems = (db: Db) =>
  db('settlement_items')
    .where('kind', '<>', 'payoutReturned')
    .groupBy('agency_id')
    .select({
      agency: 'agency_id',
      minor: db.raw(
        "sum(case when kind = 'refund' then fee_minor - amount_minor else amount_minor - fee_minor end)",
      ),
    });

async function sumsBy(query: PromiseLike<unknown>): Promise<Map<string, number>> {
  const rows = (await query) as { agency: string; minor: unknown }[];
  return new Map(rows.map(({ agency, minor }) => [agency.replace(PREFIX, ''), toInt(minor)]));
}

/** Settled payments and refunds without a journal that says the same. */
async function itemsThatDiffer(db: Db): Promise<string[]> {
  const rows = await db('settlement_items as i')
    .leftJoin('journals as j', (on) =>
      on
        .on('j.subject_id', 'i.payment_id')
        .andOn(db.raw("j.kind = case when i.kind = 'payment' then 'posting' else 'reversal' end")),
    )
    .leftJoin('entries as e', (on) =>
      on
        .on('e.journal_id', 'j.journal_id')
        .andOn(db.raw(`e.account_code = concat('${PREFIX}', i.agency_id)`)),
    )
    .whereIn('i.kind', ['payment', 'refund'])
    .groupBy('i.agency_id', 'i.item_id', 'i.amount_minor', 'i.fee_minor')
    .havingRaw('coalesce(sum(e.credit_minor + e.debit_minor), 0) <> i.amount_minor - i.fee_minor')
    .select('i.item_id');
  return rows.map((row) => `item ${row.item_id}`);
}
