import { createTestVault } from '../../test/support/accounts.ts';
import { openPlainAgencies, plainManifest } from '../../test/support/plain-agency.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import { transact } from '../infra/db/index.ts';
import type { Agencies } from './index.ts';
import { writeNames } from './names.repo.ts';

describeOnBothStacks('finding agencies by name', (stack) => {
  let agencies: Agencies;

  beforeAll(async () => {
    ({ agencies } = await openPlainAgencies({
      db: stack().db,
      vault: createTestVault(),
      clock: new TestClock(),
    }));
    const publish = (id: string, chinese: string, en: string, region: string) =>
      agencies.publishManifest(
        plainManifest(id, { names: { 'zh-CN': chinese, en }, regions: [region], category: 'water' }),
      );
    await publish('gz-water', '广州市自来水公司', 'Guangzhou Water Supply', '440100');
    await publish('sz-water', '深圳水务集团', 'Shenzhen Water 100%', '440300');
    await publish('gz-gas', '广州燃气_𬭎', 'Guangzhou Gas', '440100');
  });

  const find = async (search: string, more: object = {}) => {
    const found: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await agencies.listAgencies({ search, limit: 1, cursor, ...more });
      found.push(...page.items.map(({ agencyId }) => agencyId));
      if (page.nextCursor === null) return found;
      cursor = page.nextCursor;
    }
  };

  it('takes any part of a Chinese name, and the beginning of a word, page by page', async () => {
    expect(await find('水')).toEqual(['gz-water', 'sz-water']);
    expect(await find('来水公')).toEqual(['gz-water']);
    expect(await find('𬭎')).toEqual(['gz-gas']);
    expect(await find('ＷＡＴＥＲ')).toEqual(['gz-water', 'sz-water']);
    expect(await find('guangzhou  g')).toEqual(['gz-gas']);
    expect(await find('ater')).toEqual([]);
  });

  it('goes together with place and category', async () => {
    expect(await find('water', { region: '440300' })).toEqual(['sz-water']);
    expect(await find('广州', { category: 'water', region: '440100' })).toEqual(['gz-gas', 'gz-water']);
    expect(await find('广州', { category: 'gas' })).toEqual([]);
  });

  it('takes what means something to a database as the letter that it is', async () => {
    expect(await find('100%')).toEqual(['sz-water']);
    for (const text of ['%', '_', "'", '\\', '水%', '1__']) expect(await find(text)).toEqual([]);
  });

  it('forgets the names of one that is no longer live, and those that it no longer has', async () => {
    await agencies.publishManifest(plainManifest('renamed', { names: { 'zh-CN': '旧名字', en: 'Old' } }));
    await agencies.publishManifest(plainManifest('renamed', { names: { 'zh-CN': '新名字', en: 'New' } }));
    expect([await find('旧名'), await find('新名')]).toEqual([[], ['renamed']]);
    const { manifest } = (await agencies.getAgency('renamed')) ?? {};
    if (!manifest) throw new Error('not published');
    await transact(stack().db, (tx) => writeNames(tx, manifest, false));
    expect(await find('新名')).toEqual([]);
  });

  it('knows agencies from before names were kept, after the migration', async () => {
    const { db } = stack();
    const all = () => db('agency_names').orderBy(['agency_id', 'name_from_here']);
    await agencies.publishManifest(plainManifest('renamed', { names: { 'zh-CN': '又一名', en: 'Again' } }));
    const before = await all();
    const { up, down } = await import('../../migrations/0132_fill_agency_names.ts');
    await down(db);
    await db('agency_names').delete();
    await up(db);
    expect(await all()).toEqual(before);
    await down(db);
    await up(db);
    expect(await all()).toEqual(before);
  });
});
