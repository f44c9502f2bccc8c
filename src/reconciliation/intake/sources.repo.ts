import type { Db, Tx } from '../../infra/db/index.ts';
import { type StatementSource, sourceSettingsSchema } from './intake.types.ts';

/** A row as the drivers give it. */
interface SourceColumns {
  source_id: string;
  role: StatementSource['role'];
  currency: string;
  time_zone: string;
  cut_off: string;
  began_on: string;
  settings: string;
}

/** All sources, by id. */
export async function listSources(db: Db): Promise<StatementSource[]> {
  return (await db<SourceColumns>('statement_sources').orderBy('source_id')).map(toSource);
}

export async function findSource(db: Db | Tx, sourceId: string): Promise<StatementSource | null> {
  const row = await db<SourceColumns>('statement_sources').where({ source_id: sourceId }).first();
  return row ? toSource(row) : null;
}

/** Adds a source; one that is there stays as it is. */
export async function addSource(db: Db, source: StatementSource, nowMs: number): Promise<void> {
  await db('statement_sources').insert(columnsOf(source, nowMs)).onConflict('source_id').ignore();
}

/** Puts down everything of a source but which one it is and since when it is reconciled. */
export async function updateSource(db: Db | Tx, source: StatementSource, nowMs: number): Promise<void> {
  const { source_id, began_on, ...columns } = columnsOf(source, nowMs);
  await db('statement_sources').where({ source_id }).update(columns);
}

function columnsOf(source: StatementSource, nowMs: number) {
  return {
    source_id: source.sourceId,
    role: source.role,
    currency: source.currency,
    time_zone: source.cutOff.timeZone,
    cut_off: source.cutOff.cutOff,
    began_on: source.beganOn,
    settings: JSON.stringify(source.settings),
    updated_at_ms: nowMs,
  };
}

function toSource(row: SourceColumns): StatementSource {
  return {
    sourceId: row.source_id,
    role: row.role,
    currency: row.currency,
    cutOff: { timeZone: row.time_zone, cutOff: row.cut_off },
    beganOn: row.began_on,
    // Parsed again, so that settings from before a new one have its default.
    settings: sourceSettingsSchema.parse(JSON.parse(row.settings)),
  };
}
