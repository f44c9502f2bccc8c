import { type BulkLines, type BulkRow, bulkLine } from '../infra/bulk-lines/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import type { FiledBill } from './lines.rules.ts';
import type { LinesRead } from './piece.ts';

export const SEALED_ACCOUNT = 'filed_bills.account';
/** Characters of the blind index that are kept: 132 bits, and a third of the room. */
const INDEX_CHARS = 22;
/** Of the index, as many as tell rows apart well enough for a good order. */
const ORDER_CHARS = 4;
const FIRST_BYTES = 1024 ** 2;
const MAX_BYTES_PER_CHAR = 3;
/** More rows than are ever gathered. */
const MAX_ROWS = 2 ** 20;

/** A part of a file, on its way into the books. */
export interface BillPart extends LinesRead {
  bills: BulkLines;
}

export const FILED_BILLS = {
  name: 'filed_bills',
  columns: {
    agency_id: 'text',
    account_index: 'text',
    bill_id: 'text',
    revision: 'bigint',
    amount_minor: 'bigint',
    due_date: 'text',
    details: 'text',
    sealed_account: 'text',
  },
  key: ['agency_id', 'account_index', 'bill_id', 'revision'],
} as const;

/** What an account is found by. */
export function accountIndexOf(vault: Vault, agencyId: string, account: string): string {
  return vault.blindIndex(`${agencyId} ${account}`, SEALED_ACCOUNT).slice(0, INDEX_CHARS);
}

/** Makes rows of bills. Files list an account's bills one after the other: what is sealed once serves them all. */
export function rowMaker(vault: Vault, agencyId: string, revision: number): (bill: FiledBill) => BulkRow {
  let last: { account: string; maskedName: string | null; index: string; sealed: string } | null = null;
  return ({ account, maskedName, billId, amountMinor, dueDate, details }) => {
    if (last?.account !== account || last.maskedName !== maskedName) {
      const index = accountIndexOf(vault, agencyId, account);
      const sealed = vault.seal(JSON.stringify([account, maskedName]), SEALED_ACCOUNT);
      last = { account, maskedName, index, sealed };
    }
    return [
      agencyId,
      last.index,
      billId,
      revision,
      amountMinor,
      dueDate,
      JSON.stringify(details),
      last.sealed,
    ];
  };
}

/**
 * Gathers bills as rows for the database, in the order of its key as far as that is cheap: neighbours of the table written together
 * save it half the work. Bills of one account stay in the order of the file, so that the later of two with one id still wins.
 */
export class FiledRows {
  count = 0;
  // Bytes at once: as many texts would keep the collector of garbage busier than all else.
  private bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** Where each row ends. */
  private ends: number[] = [];
  /** Where each row belongs, and its number. */
  private places: number[] = [];
  private readonly rowOf: (bill: FiledBill) => BulkRow;

  constructor(vault: Vault, agencyId: string, revision: number) {
    this.rowOf = rowMaker(vault, agencyId, revision);
  }

  add(bill: FiledBill): void {
    const row = this.rowOf(bill);
    const line = bulkLine(row);
    const from = this.ends[this.count - 1] ?? 0;
    if (from + line.length * MAX_BYTES_PER_CHAR > this.bytes.length) this.grow();
    this.ends.push(from + this.bytes.write(line, from));
    this.places.push(orderOf(String(row[1])) * MAX_ROWS + this.count);
    this.count += 1;
  }

  /** All that were gathered; begins anew. */
  take(): BulkLines {
    const { bytes, ends, count } = this;
    const sorted = Buffer.allocUnsafeSlow(ends[count - 1] ?? 0);
    let at = 0;
    for (const place of Float64Array.from(this.places).sort()) {
      const row = place % MAX_ROWS;
      at += bytes.copy(sorted, at, ends[row - 1] ?? 0, ends[row]);
    }
    this.ends = [];
    this.places = [];
    this.count = 0;
    return { bytes: sorted, count };
  }

  private grow(): void {
    const larger = Buffer.allocUnsafeSlow(this.bytes.length * 2);
    this.bytes.copy(larger);
    this.bytes = larger;
  }
}

/** A number that sorts as the first characters of an index do. */
function orderOf(index: string): number {
  let order = 0;
  for (let at = 0; at < ORDER_CHARS; at++) order = order * 128 + index.charCodeAt(at);
  return order;
}
