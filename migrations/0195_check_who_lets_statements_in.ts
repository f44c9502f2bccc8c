import type { Db } from '../src/infra/db/index.ts';

/** Who uploads a file may refuse it, and may not let it in, whatever way the row is written. */
export async function up(db: Db): Promise<void> {
  await db.schema.raw(
    `alter table statements add constraint statements_let_in_by_another
     check (status <> 'accepted' or decided_by is null or received_by is null or decided_by <> received_by)`,
  );
}

export async function down(db: Db): Promise<void> {
  await db.schema.raw('alter table statements drop constraint statements_let_in_by_another');
}
