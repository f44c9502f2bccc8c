import { agenciesOfPayments } from '../../billing/index.ts';
import type { Db } from '../../infra/db/index.ts';
import type { Examined } from './automatic.rules.ts';
import { rowsOfBreaks } from './break-rows.repo.ts';
import { paymentIdsOf } from './breaks.context.ts';
import { openBreaksPage } from './breaks.repo.ts';

const PAGE = 500;

/** The open breaks of a source up to a date, page by page, each with its rows and the payment it is about. */
export async function* examinedBreaks(
  db: Db,
  { sourceId, businessDate }: { sourceId: string; businessDate: string },
): AsyncGenerator<Examined[]> {
  for (let afterId = ''; ; ) {
    const page = await openBreaksPage(db, { sourceId, untilDate: businessDate, afterId, limit: PAGE });
    if (page.length === 0) return;
    const rows = await rowsOfBreaks(
      db,
      page.map(({ breakId }) => breakId),
    );
    const claimed = page.map((found) => ({
      found,
      rows: (rows.get(found.breakId) ?? []).filter(({ isActive }) => isActive),
    }));
    const agencies = await agenciesOfPayments(
      db,
      claimed.flatMap((one) => paymentIdsOf(one.rows)),
    );
    yield claimed.map((one) => {
      const known = paymentIdsOf(one.rows).filter((paymentId) => agencies.has(paymentId));
      return { ...one, paymentId: known.length === 1 ? (known[0] ?? null) : null };
    });
    afterId = page.at(-1)?.breakId ?? '';
  }
}
