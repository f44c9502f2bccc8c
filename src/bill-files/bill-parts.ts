import { keysOfVault, type Vault } from '../infra/crypto/index.ts';
import {
  type ContainerKind,
  containerOf,
  isSpreadsheet,
  type SpreadsheetKind,
  UnreadableFile,
} from '../infra/files/index.ts';
import { problemOfFile, type TableTerms } from './bill-table.ts';
import { type BillPart, FiledRows } from './filed-rows.ts';
import type { LineProblem } from './lines.rules.ts';
import { PIECE_WORK, PieceReader, type PieceWork } from './piece-reader.ts';
import { openBillText, readBillTable } from './table.ts';

export interface PartTerms {
  table: TableTerms;
  vault: Vault;
  agencyId: string;
  revision: number;
}

/** Rows of a spreadsheet that go to the database at once. */
const ROWS_PER_PART = 10_000;

/**
 * Reads a file of bills into rows, part after part in its order; the next is read while `take` is at work. Large files of separated
 * values are read in threads. The same bills and problems as `readBillTable` finds. Throws `ThreadDied`, what the machine does
 * (`ENOENT` …), and what `take` throws.
 */
export async function readBillParts(
  path: string,
  terms: PartTerms,
  take: (part: BillPart) => Promise<void>,
  work = PIECE_WORK,
): Promise<void> {
  try {
    const container = await containerOf(path);
    if (isSpreadsheet(container)) await readSheet(path, terms, take);
    else await readText(path, container, terms, take, work);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    const bills = { bytes: Buffer.alloc(0), count: 0 };
    await take({ bills, badLineCount: 1, problems: [], unreadable: problemOfFile(error) });
  }
}

async function readText(
  path: string,
  container: Exclude<ContainerKind, SpreadsheetKind>,
  { table, vault, agencyId, revision }: PartTerms,
  take: (part: BillPart) => Promise<void>,
  work: PieceWork,
): Promise<void> {
  const { delimiter, texts } = await openBillText(path, container, table);
  const { setup, patterns, currency } = table;
  const terms = {
    table: { setup, patterns, currency, delimiter },
    keys: keysOfVault(vault),
    agencyId,
    revision,
  };
  const pieces = new PieceReader(terms, take, work);
  try {
    for await (const text of texts) if (!(await pieces.write(text))) return;
    await pieces.end();
  } catch (error) {
    if (!(error instanceof UnreadableFile) || (await pieces.breakOff())) throw error;
  } finally {
    await pieces.close();
  }
}

/** A spreadsheet is read where it is: unpacking it is most of the work, and cannot be shared out. */
async function readSheet(
  path: string,
  { table, vault, agencyId, revision }: PartTerms,
  take: (part: BillPart) => Promise<void>,
): Promise<void> {
  const rows = new FiledRows(vault, agencyId, revision);
  let problems: LineProblem[] = [];
  let badLineCount = 0;
  const handOn = async (unreadable: LineProblem | null) => {
    const part = { bills: rows.take(), badLineCount, problems, unreadable };
    problems = [];
    badLineCount = 0;
    await take(part);
  };
  let unreadable: LineProblem | null = null;
  await readBillTable(path, table, {
    bill: (bill) => rows.add(bill),
    bad(found) {
      badLineCount += 1;
      problems.push(...found);
    },
    unreadable(problem) {
      badLineCount += 1;
      unreadable = problem;
    },
    async room() {
      if (rows.count + badLineCount >= ROWS_PER_PART) await handOn(null);
      return true;
    },
  });
  await handOn(unreadable);
}
