import { allowChange, type Db, forbidChange } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await forbidChange(db, 'audit_events');
}

export async function down(db: Db): Promise<void> {
  await allowChange(db, 'audit_events');
}
