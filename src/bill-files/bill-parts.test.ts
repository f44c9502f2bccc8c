import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { utils, write } from '@e965/xlsx';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { createVault, keysOfVault } from '../infra/crypto/index.ts';
import { readBillParts } from './bill-parts.ts';
import { type BillPart, rowMaker, SEALED_ACCOUNT } from './filed-rows.ts';
import type { LineProblem } from './lines.rules.ts';
import { PIECE_WORK, PieceReader, type PieceThreads } from './piece-reader.ts';
import { billFileSetupSchema } from './setup.ts';
import { readBillTable } from './table.ts';

const key = () => randomBytes(32).toString('base64');
const vault = createVault({ current: 'k', keys: { k: key() }, indexKey: key() });
const setup = billFileSetupSchema.parse({
  columns: {
    inputs: { accountNumber: '户号' },
    billId: '账单号',
    period: '账期',
    amount: '金额',
    dueDate: '期限',
    holderName: '户名',
  },
});
const table = { setup, patterns: { accountNumber: '^[0-9]{4}$' }, currency: 'CNY' };
const terms = { table, vault, agencyId: 'a', revision: 7 };
const HEAD = '户号,账单号,账期,金额,期限,户名\n';

interface Found {
  /** What the books would hold: by account and bill the last row, its seal opened. */
  books: Record<string, string>;
  billCount: number;
  badLineCount: number;
  problems: readonly LineProblem[];
  unreadable: LineProblem | null;
}

/** Line after line, in one go. */
async function foundByLines(file: string): Promise<Found> {
  const found: Found = { books: {}, billCount: 0, badLineCount: 0, problems: [], unreadable: null };
  const problems: LineProblem[] = [];
  const rowOf = rowMaker(vault, terms.agencyId, terms.revision);
  await readBillTable(file, table, {
    bill(bill) {
      found.billCount += 1;
      const row = rowOf(bill);
      found.books[`${row[1]} ${row[2]}`] = opened(row.map((cell) => (cell === null ? '\\N' : String(cell))));
    },
    bad(more) {
      found.badLineCount += 1;
      problems.push(...more);
    },
    unreadable(problem) {
      found.badLineCount += 1;
      found.unreadable = problem;
    },
    room: async () => true,
  });
  return { ...found, problems };
}

/** Gathers parts into what they say together. */
function gathering(): { found: Found; take(part: BillPart): Promise<void> } {
  const problems: LineProblem[] = [];
  const found: Found = { books: {}, billCount: 0, badLineCount: 0, problems, unreadable: null };
  return {
    found,
    async take({ bills, badLineCount, problems: more, unreadable }) {
      expect(found.unreadable).toBeNull();
      const rows = Buffer.from(bills.bytes).toString('utf8').split('\n').slice(0, -1);
      expect(rows).toHaveLength(bills.count);
      for (const row of rows) {
        const cells = row.split('\t').map((cell) => (cell === '\\N' ? cell : cell.replaceAll('\\\\', '\\')));
        found.books[`${cells[1]} ${cells[2]}`] = opened(cells);
      }
      found.billCount += bills.count;
      found.badLineCount += badLineCount;
      problems.push(...more);
      found.unreadable = unreadable;
    },
  };
}

function opened(cells: readonly string[]): string {
  return [...cells.slice(0, -1), vault.open(cells.at(-1) ?? '', SEALED_ACCOUNT)].join('|');
}

describe('a file of bills read in parts', () => {
  let dir: string;
  let threads: PieceThreads;
  let count = 0;
  beforeAll(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'bill-parts-'));
    threads = PIECE_WORK.openThreads(2);
  });
  afterAll(async () => {
    await threads.close();
    rmSync(dir, { recursive: true });
  });
  const shared = () => ({ run: threads.run, close: async () => {} });
  const fileOf = (content: string | Buffer) => {
    const file = path.join(dir, String(++count));
    writeFileSync(file, content);
    return file;
  };
  const foundInParts = async (file: string, hereChars = 1) => {
    const { found, take } = gathering();
    await readBillParts(file, terms, take, { hereChars, pieceChars: 1, openThreads: shared });
    return found;
  };

  /** Lines good and bad, few accounts and ids so that they repeat, and quotes that close, run over lines, or do neither. */
  const name = fc.constantFrom(
    '张三',
    '"李,四"',
    '"王\n五"',
    '"赵\r\n\n""六"""',
    '',
    '"',
    'x"y',
    '\\N',
    '"\n'.repeat(3),
  );
  const line = fc
    .tuple(
      fc.constantFrom('0001', '0002', '12', ''),
      fc.constantFrom('B1', 'B2', '账\\单', '"B\n1"', ''),
      fc.constantFrom('2025-11', '2025年3月', ''),
      fc.constantFrom('1', '2.50', '"1,000.00"', '0', 'x', '1.005'),
      fc.constantFrom('2025-12-31', '2025/2/30', ''),
      name,
    )
    .map((cells) => cells.join(','));
  const lines = fc.array(fc.oneof({ weight: 20, arbitrary: line }, fc.constantFrom('', '合计,3', 'x', '"')), {
    maxLength: 60,
  });

  it('gives the same bills and the same problems as line after line, wherever it is cut', async () => {
    const ends = fc.constantFrom('\n', '\r\n');
    const prefaces = fc.constantFrom('', '物业费\n\n', '\uFEFF', '"一\n二"\n', 'x\n'.repeat(25));
    await fc.assert(
      fc.asyncProperty(
        lines,
        ends,
        prefaces,
        fc.array(fc.nat({ max: 400 }), { maxLength: 40 }),
        fc.boolean(),
        async (texts, end, preface, cuts, endsWithLine) => {
          const text = `${preface}${HEAD}${texts.join(end)}${endsWithLine ? end : ''}`;
          const expected = await foundByLines(fileOf(text));
          const { found, take } = gathering();
          const { agencyId, revision } = terms;
          const keys = keysOfVault(vault);
          const work = { hereChars: 1, pieceChars: 1, openThreads: shared };
          const pieces = new PieceReader(
            { table: { ...table, delimiter: ',' }, keys, agencyId, revision },
            take,
            work,
          );
          // A mark is taken off where bytes become text.
          let rest = text.replace(/^\uFEFF/, '');
          for (const chars of cuts) {
            if (!(await pieces.write(rest.slice(0, chars)))) break;
            rest = rest.slice(chars);
          }
          if (await pieces.write(rest)) await pieces.end();
          expect(found).toEqual(expected);
        },
      ),
    );
  }, 120_000);

  /** Some 400 KB, which come as several texts. */
  const many = (at: number) =>
    `${String(at % 5_000).padStart(4, '0')},B${at},2025-11,${at % 90}.5,,欧阳${at}`;
  const large = `${HEAD}${Array.from({ length: 9_000 }, (_, at) => (at % 999 ? many(at) : `"坏\n${at}",B`)).join('\n')}\n`;

  it.each([
    ['UTF-8', Buffer.from(large)],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${large}`)],
    ['GB18030', iconv.encode(large, 'gb18030')],
    ['UTF-16', Buffer.from(`\uFEFF${large}`, 'utf16le')],
    ['gzip', gzipSync(large)],
    ['a gzip that breaks off', gzipSync(large).subarray(0, 40_000)],
    ['a line without end', Buffer.from(`${large}${'x'.repeat(3 * 1024 ** 2)}\n${large}`)],
    ['no table', Buffer.from('x\n'.repeat(200_000))],
    ['nothing', Buffer.alloc(0)],
    ['a PDF', Buffer.from('%PDF-1.7')],
  ])('gives the same of %s', async (kind, content) => {
    const file = fileOf(content);
    const expected = await foundByLines(file);
    expect(await foundInParts(file)).toEqual(expected);
    expect(await foundInParts(file, Number.POSITIVE_INFINITY)).toEqual(expected);
    expect(expected.billCount > 8_000).toBe(!/table|nothing|PDF|breaks/.test(kind));
  });

  it('may be a workbook of Excel 97 to 2003: numbers that lost digits are told line by line', async () => {
    const workbook = utils.book_new();
    const rows = [
      HEAD.trim().split(','),
      ['0012', 'B1', '202601', 12.5, '2026-02-01', '张三'],
      ['0013', Number('123456789012345678'), '202601', 1, '2026-02-01', '李四'],
      ['0014', 'B3', '202601', 0.07, '2026-02-01', '王五'],
    ];
    utils.book_append_sheet(workbook, utils.aoa_to_sheet(rows), '账单');
    const file = fileOf(write(workbook, { type: 'buffer', bookType: 'biff8' }));
    const found = await foundInParts(file);
    expect(found).toMatchObject({ billCount: 2, badLineCount: 1, unreadable: null });
    expect(found.problems).toMatchObject([{ line: 3, code: 'number_too_long' }]);
    expect(found).toEqual(await foundByLines(file));
  });
});
