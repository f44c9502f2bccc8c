import type { Db } from '../src/infra/db/index.ts';

const BATCH = 200;

export async function up(db: Db): Promise<void> {
  await fill(db);
  await db.schema.alterTable('agency_names', (table) => {
    table.index(['agency_id'], 'agency_names_agency');
  });
}

export async function down(db: Db): Promise<void> {
  await db.schema.alterTable('agency_names', (table) => {
    table.dropIndex([], 'agency_names_agency');
  });
}

/** Agencies that are live already, as those that go live from now on are written. May be run again where it broke off. */
async function fill(db: Db): Promise<void> {
  for (let afterId = ''; ; ) {
    const rows = await db('agencies')
      .join('agency_manifests', (on) =>
        on
          .on('agency_manifests.agency_id', 'agencies.agency_id')
          .andOn('agency_manifests.version', 'agencies.live_version'),
      )
      .where('agencies.status', 'live')
      .andWhere('agencies.agency_id', '>', afterId)
      .orderBy('agencies.agency_id')
      .limit(BATCH)
      .select('agencies.agency_id', 'agency_manifests.manifest');
    const last = rows.at(-1);
    if (!last) return;
    const names = rows.flatMap(({ agency_id, manifest }) => {
      const { 'zh-CN': chinese, en } = JSON.parse(manifest).names;
      return [...new Set([...places(chinese), ...places(en)])].map((name_from_here) => ({
        name_from_here,
        agency_id,
      }));
    });
    if (names.length > 0) await db('agency_names').insert(names).onConflict().ignore();
    afterId = last.agency_id;
  }
}

/** As it was decided when this was written: src/agencies/names.rules.ts may go on. */
function places(name: string): string[] {
  const chars = [...name.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim()];
  return chars.flatMap((char, index) => {
    const before = chars[index - 1] ?? '';
    const isWithinWord = /[a-z0-9]/u.test(char) && /[a-z0-9]/u.test(before);
    if (isWithinWord || !/[\p{L}\p{N}]/u.test(char)) return [];
    return [chars.slice(index, index + 32).join('')];
  });
}
