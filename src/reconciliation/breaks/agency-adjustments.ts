import { type Db, toInt } from '../../infra/db/index.ts';
import { accountFor } from './resolving.rules.ts';

/** What a closed break left on the account of what is owed to an agency, beyond its payments. */
export interface AgencyAdjustment {
  /** The same for the same closing, whenever it is asked for. */
  itemId: string;
  breakId: string;
  paymentId: string | null;
  businessDate: string;
  /** In the agency's favour above zero. */
  amountMinor: number;
}

/**
 * Every correction of what is owed to an agency that closing its breaks has made. Its file put theirs less ours onto its account when the
 * break was found: that stays there, unless the closing took it back. A closing that was undone is followed by its opposite, so
 * that what was settled of it is made good.
 */
export async function agencyAdjustments(db: Db, agencyId: string): Promise<AgencyAdjustment[]> {
  const rows = await db('break_resolution_items as i')
    .join('break_resolutions as r', 'r.resolution_id', 'i.resolution_id')
    .join('statement_sources as s', 's.source_id', 'r.source_id')
    .where({ 'i.agency_id': agencyId, 'r.state': 'applied' })
    .andWhere('i.booked_minor', '<>', 0)
    .orderBy('i.item_id')
    .select('i.*', 'r.kind', 'r.account', 's.role');
  return rows.flatMap((row) => {
    const isTakenToAgency = accountFor(row.kind, row.account, row.role) === 'agencyPayable';
    // An agency's claim is on its account until it is taken back from there; a channel's surplus only once it is taken there.
    if ((row.role === 'agency') === isTakenToAgency) return [];
    const adjustment: AgencyAdjustment = {
      itemId: row.item_id,
      breakId: row.break_id,
      paymentId: row.payment_id,
      businessDate: row.business_date,
      amountMinor: toInt(row.booked_minor),
    };
    const undone = {
      ...adjustment,
      itemId: `${adjustment.itemId}-undone`,
      amountMinor: -adjustment.amountMinor,
    };
    return row.is_active === null ? [adjustment, undone] : [adjustment];
  });
}
