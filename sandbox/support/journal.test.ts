import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Journal } from './journal.ts';

describe('the journal', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'journal-'));
    file = path.join(folder, 'new', 'books.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('replays what was appended, in order', async () => {
    const first = await Journal.open<number>(file);
    expect(first.entries).toEqual([]);
    const numbers = Array.from({ length: 500 }, (_, index) => index);
    await Promise.all(numbers.map((number) => first.journal.append(number)));
    await first.journal.append(500);
    await first.journal.close();
    const second = await Journal.open<number>(file);
    expect(second.entries).toEqual([...numbers, 500]);
    await second.journal.close();
  });

  it('has on disk what it said it has', async () => {
    const { journal } = await Journal.open<string>(file);
    await journal.append('one');
    expect(readFileSync(file, 'utf8')).toBe('"one"\n');
    void journal.append('two');
    await journal.durable();
    expect(readFileSync(file, 'utf8')).toBe('"one"\n"two"\n');
    await journal.close();
  });

  it('cuts off a line that was never finished, and goes on after it', async () => {
    const first = await Journal.open<string>(file);
    await first.journal.append('whole');
    await first.journal.close();
    appendFileSync(file, '"hal');
    const second = await Journal.open<string>(file);
    expect(second.entries).toEqual(['whole']);
    await second.journal.append('next');
    await second.journal.close();
    expect(readFileSync(file, 'utf8')).toBe('"whole"\n"next"\n');
  });

  it('forgets everything when cleared', async () => {
    const { journal } = await Journal.open<string>(file);
    void journal.append('gone');
    await journal.clear();
    await journal.append('new');
    await journal.close();
    expect(readFileSync(file, 'utf8')).toBe('"new"\n');
  });
});
