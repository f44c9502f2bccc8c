import { describeOnBothStacks } from './stacks.ts';

describeOnBothStacks('a stack', (stack) => {
  it('is migrated', async () => {
    const applied = await stack().db('schema_migrations').select('name');
    expect(applied.length).toBeGreaterThan(0);
  });

  it('keeps the triggers that forbid change', async () => {
    const { db } = stack();
    const entry = { account_code: 'a', currency: 'CNY', debit_minor: 1, credit_minor: 0 };
    await db('entries').insert({ journal_id: 'j', line_no: 1, ...entry });
    await expect(db('entries').where({ journal_id: 'j' }).update({ debit_minor: 2 })).rejects.toThrow(
      /P0001|1644/,
    );
  });
});

describeOnBothStacks('a second stack in the same file', (stack) => {
  it('sees nothing of the first', async () => {
    expect(await stack().db('entries').select('journal_id')).toEqual([]);
  });
});
