import { allowChange, type Db, forbidChange } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await forbidChange(db, 'break_events');
}

export async function down(db: Db): Promise<void> {
  await allowChange(db, 'break_events');
}
