import type { Group } from './group.ts';
import type { BillFolder } from './harness.ts';

const DATE = '2026-01-15';

/** What `importBills` must do. */
export function provesImportBills<S>({ sandbox, caller, account }: Group<S>): void {
  const takeIn = () => caller().call('importBills', { businessDate: DATE });
  const folder = (): BillFolder => folderOf(sandbox());
  const reportOf = (fetched: Awaited<ReturnType<typeof takeIn>>) => {
    if (fetched.kind !== 'ready') throw new Error(`expected a report, got ${fetched.kind}`);
    return Buffer.from(fetched.content).toString('utf8');
  };

  it('finds nothing where nothing was laid out', async () => {
    expect(await takeIn()).toEqual({ kind: 'emptyDay' });
  });

  it('takes a file in once; what it states is then due', async () => {
    const known = await account('nothingDue');
    await folder().layOutBills(known, 'good');
    const report = reportOf(await takeIn());
    for (const secret of known.personalData) expect(report).not.toContain(secret);
    expect(await caller().query(known)).toMatchObject({ kind: 'due' });
    expect(await takeIn()).toEqual({ kind: 'emptyDay' });
  });

  it('refuses a file that cannot be read, says so, and does not try it again', async () => {
    const known = await account('nothingDue');
    await folder().layOutBills(known, 'unreadable');
    expect(reportOf(await takeIn())).not.toBe('');
    expect(await caller().query(known)).toMatchObject({ kind: 'nothingDue' });
    expect(await takeIn()).toEqual({ kind: 'emptyDay' });
  });

  it('leaves alone what is still being written', async () => {
    await folder().layOutBills(await account('nothingDue'), 'unfinished');
    expect(await takeIn()).toEqual({ kind: 'emptyDay' });
  });

  it('loses no file when the books cannot be reached', async () => {
    const known = await account('nothingDue');
    await folder().layOutBills(known, 'good');
    await sandbox().goDown();
    expect(await takeIn()).toMatchObject({ kind: 'unavailable' });
    await sandbox().heal();
    expect(await takeIn()).toMatchObject({ kind: 'ready' });
    expect(await caller().query(known)).toMatchObject({ kind: 'due' });
  });
}

/** What `exportAdvice` must do. */
export function provesExportAdvice<S>({ sandbox, caller }: Group<S>): void {
  it('lays a file out whole, and one file however often it is told', async () => {
    const content = Buffer.from('户号,金额\r\n1,2.00\r\n'.repeat(1_000));
    const request = { businessDate: DATE, fileName: 'advice.csv', content };
    expect(await caller().call('exportAdvice', request)).toMatchObject({ kind: 'accepted' });
    expect(await caller().call('exportAdvice', request)).toMatchObject({ kind: 'accepted' });
    expect(await folderOf(sandbox()).laidOut()).toEqual([{ fileName: 'advice.csv', content }]);
  });

  it('writes nowhere else, whatever the file is called', async () => {
    const request = { businessDate: DATE, fileName: '../../advice-2.csv', content: Buffer.from('1') };
    await caller().call('exportAdvice', request);
    const names = (await folderOf(sandbox()).laidOut()).map(({ fileName }) => fileName);
    expect(names).toContain('advice-2.csv');
  });
}

function folderOf({ folder }: { folder?: BillFolder }): BillFolder {
  if (!folder) throw new Error('the sandbox has no folder');
  return folder;
}
