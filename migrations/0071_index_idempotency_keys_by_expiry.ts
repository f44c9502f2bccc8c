import type { Db } from '../src/infra/db/index.ts';

export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('idempotency_keys', (table) =>
    table.index(['expires_at_ms'], 'idempotency_keys_expiry'),
  );
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('idempotency_keys', (table) =>
    table.dropIndex(['expires_at_ms'], 'idempotency_keys_expiry'),
  );
}
