import { STATEMENT_COLUMNS, statementAnswerSchema } from '../wire.ts';
import { Mismatch } from './conformance.types.ts';
import type { Reply } from './probe.ts';

export interface StatementRow {
  kind: 'payment' | 'refund';
  reference: string;
  agencyReference: string;
  amountMinor: number;
  currency: string;
}

/** The rows of a statement; none for an empty day. Throws Mismatch when it is not whole, or not as the protocol has it. */
export function readStatementRows(reply: Reply): StatementRow[] {
  if (!reply.contentType.startsWith('text/csv')) {
    const answer = statementAnswerSchema.safeParse(reply.json);
    if (answer.success && answer.data.outcome === 'emptyDay') return [];
    throw new Mismatch(
      `no interim statement, but ${answer.success ? answer.data.outcome : 'no known answer'}`,
    );
  }
  const lines = reply.text.split('\n');
  const [header, ...rest] = lines;
  if (header !== STATEMENT_COLUMNS.join(',')) throw new Mismatch('a statement with other columns');
  if (rest.pop() !== '') throw new Mismatch('a statement that does not end with a line feed');
  const end = rest.pop()?.split(',');
  if (end?.[0] !== 'end' || Number(end[1]) !== rest.length) {
    throw new Mismatch('a statement whose last line does not say how many lines there are');
  }
  return rest.map(readRow);
}

function readRow(line: string): StatementRow {
  const cells = line.split(',');
  const [kind, reference = '', , , agencyReference = '', amount = '', currency = '', at = ''] = cells;
  const amountMinor = Number(amount);
  const isWhole = /^[1-9]\d*$/.test(amount) && Number.isSafeInteger(amountMinor);
  if (cells.length !== STATEMENT_COLUMNS.length || (kind !== 'payment' && kind !== 'refund')) {
    throw new Mismatch('a line of a statement that is none');
  }
  if (!isWhole || Number.isNaN(Date.parse(at))) throw new Mismatch('a line with an odd amount or time');
  return { kind, reference, agencyReference, amountMinor, currency };
}
