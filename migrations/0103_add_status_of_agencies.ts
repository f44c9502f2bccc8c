import { asciiColumn, type Db } from '../src/infra/db/index.ts';

/**
 * Whether an agency takes payments and from whom, and which version of its manifest comes next, from when: beside the
 * live version, so that one row tells what holds now.
 */
export async function up(db: Db): Promise<void> {
  await db.schema.alterTable('agencies', (table) => {
    asciiColumn(table, db, 'status', 16).notNullable().defaultTo('live');
    // Why it is not live, in each language, as JSON.
    table.text('status_reason').nullable();
    // GB/T 2260 codes with a space between; null is everywhere that the manifest names.
    table.text('rollout_regions').nullable();
    table.smallint('rollout_share_percent').notNullable().defaultTo(100);
    table.integer('next_version').nullable();
    table.bigInteger('next_from_ms').nullable();
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('agencies', (table) => {
    table.dropColumns(
      'status',
      'status_reason',
      'rollout_regions',
      'rollout_share_percent',
      'next_version',
      'next_from_ms',
    );
  });
}
