import { asciiColumn, bytesColumn, type Db } from '../src/infra/db/index.ts';

/** What people attached to a break, as it came: sealed, since it may name residents. */
export async function up(db: Db): Promise<void> {
  await db.schema.createTable('break_evidence', (table) => {
    asciiColumn(table, db, 'evidence_id').notNullable();
    asciiColumn(table, db, 'break_id').notNullable();
    table.string('sealed_file_name', 1_000).notNullable();
    asciiColumn(table, db, 'media_type', 64).notNullable();
    table.integer('size_bytes').notNullable();
    asciiColumn(table, db, 'sha256', 64).notNullable();
    bytesColumn(table, db, 'sealed_bytes').notNullable();
    asciiColumn(table, db, 'attached_by', 64).notNullable();
    table.bigInteger('attached_at_ms').notNullable();
    table.primary(['break_id', 'evidence_id']);
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.dropTable('break_evidence');
}
