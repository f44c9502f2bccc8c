import { CsvReader, TextReader, UnreadableFile } from '../infra/files/index.ts';
import {
  type Acknowledgement,
  type NamedAnswer,
  PAYOUT_STATUSES,
  type PayoutAnswer,
} from './payouts.types.ts';

const VERSION = 'civicpay-payout-answer-1';
/** Columns of the header, of an instruction, of the trailer. */
const COLUMNS = { H: 6, D: 7, T: 2 } as const;

/**
 * Reads the answer that goes with our bank CSV (docs/settlement.md): `H`, version, the bank's id, our file's id, and count and
 * sum of that file; `D`, instruction, amount, currency, status, code, reason; `T` and the number of `D`. A status
 * that is none of ours is pending. Throws UnreadableFile for what is not whole, with its line.
 */
export function readBankCsvAnswer(content: Uint8Array): Acknowledgement {
  const records: { cells: string[]; line: number }[] = [];
  const problem = (code: string, line: number, message: string) => {
    throw new UnreadableFile(code, message, line);
  };
  const reader = new CsvReader(',', { error: problem, warn: problem }, (record) => records.push(record));
  const text = new TextReader(null, 'gb18030');
  reader.write(text.write(Buffer.from(content)) + text.end());
  reader.end();
  for (const [index, { cells, line }] of records.entries()) {
    const expected = index === 0 ? 'H' : index === records.length - 1 ? 'T' : 'D';
    if (cells[0] !== expected || cells.length !== COLUMNS[expected]) {
      throw new UnreadableFile(
        'record_unexpected',
        `expected ${expected} with ${COLUMNS[expected]} cells`,
        line,
      );
    }
  }
  const [header, ...others] = records;
  const trailer = others.pop();
  if (!header || !trailer) throw new UnreadableFile('file_cut_short', 'it has no header or no trailer');
  const [, version, acknowledgementId = '', messageId = '', count = '', decimal = ''] = header.cells;
  if (version !== VERSION)
    throw new UnreadableFile('version_unknown', `it is not of ${VERSION}`, header.line);
  if (countOf(trailer.cells[1] ?? '', trailer.line) !== others.length) {
    throw new UnreadableFile(
      'counts_differ',
      'the trailer counts other records than there are',
      trailer.line,
    );
  }
  return {
    acknowledgementId,
    messageId,
    declared: { instructionCount: countOf(count, header.line), total: { decimal, currency: null } },
    overall: null,
    instructions: others.map(({ cells }) => answerIn(cells)),
  };
}

function answerIn([, instructionId = '', decimal = '', currency = '', ...said]: string[]): NamedAnswer {
  return { instructionId, amount: { decimal, currency }, ...saidOf(said) };
}

function saidOf([status = '', code = '', reason = '']: string[]): PayoutAnswer {
  const known = PAYOUT_STATUSES.find((one) => one === status.toLowerCase()) ?? 'pending';
  return { status: known, code: code || null, reason: reason || null };
}

function countOf(text: string, line: number): number {
  if (!/^\d{1,9}$/.test(text)) throw new UnreadableFile('count_unreadable', 'not a count', line);
  return Number(text);
}
