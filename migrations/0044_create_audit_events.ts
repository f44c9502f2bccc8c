import { asciiColumn, type Db, longTextColumn } from '../src/infra/db/index.ts';

/** Who did what to what, and what came of it. Nothing in it is personal data. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('audit_events', (table) => {
    asciiColumn(table, db, 'event_id').primary();
    table.bigInteger('at_ms').notNullable();
    asciiColumn(table, db, 'actor_kind', 16).notNullable();
    asciiColumn(table, db, 'actor_id').nullable();
    asciiColumn(table, db, 'action', 64).notNullable();
    asciiColumn(table, db, 'object_kind', 32).nullable();
    asciiColumn(table, db, 'object_id', 64).nullable();
    asciiColumn(table, db, 'outcome', 64).notNullable();
    asciiColumn(table, db, 'trace_id', 64).nullable();
    asciiColumn(table, db, 'address_index', 43).nullable();
    longTextColumn(table, db, 'detail').notNullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('audit_events');
}
