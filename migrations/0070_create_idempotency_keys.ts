import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** Commands that callers numbered, and the answers they got. A row without an answer is being worked on, until its claim runs out. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('idempotency_keys', (table) => {
    // A keyed hash of caller, operation and key: spread evenly, so it is its own shard hint.
    asciiColumn(table, db, 'command_key', 43).primary();
    asciiColumn(table, db, 'request_hash', 43).notNullable();
    asciiColumn(table, db, 'claim_id').notNullable();
    table.bigInteger('claimed_until_ms').notNullable();
    longTextColumn(table, db, 'answer_sealed').nullable();
    table.bigInteger('expires_at_ms').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('idempotency_keys');
}
