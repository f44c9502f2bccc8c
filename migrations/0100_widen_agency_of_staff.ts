import { type Db, resizeAsciiColumn } from '../src/infra/db/index.ts';

/** Agencies' ids have up to 64 characters. */
export async function up(db: Db): Promise<void> {
  await resizeAsciiColumn(db, 'staff', 'agency_id', 64);
}

export async function down(db: Db): Promise<void> {
  await resizeAsciiColumn(db, 'staff', 'agency_id', 32);
}
