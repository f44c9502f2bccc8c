import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('staff_passkeys', (table) =>
    table.unique(['credential_hash'], { indexName: 'staff_passkeys_credential' }),
  );
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('staff_passkeys', (table) =>
    table.dropUnique(['credential_hash'], 'staff_passkeys_credential'),
  );
}
