import { readMinorUnits, UnreadableFile } from '../../infra/files/index.ts';
import type { Bai2Record } from './bai2.ts';
import type { StatementCollector } from './collector.ts';

interface Level {
  /** Code of the record that opens it. */
  code: string;
  line: number;
  totalMinor: number;
  records: number;
  /** Accounts of a group, groups of a file. */
  members: number;
}

/** What closes each level: which field has the total, the members, the records. */
const CLOSERS: Readonly<Record<string, { opener: string; members: number | null; records: number }>> = {
  '49': { opener: '03', members: null, records: 1 },
  '98': { opener: '02', members: 1, records: 2 },
  '99': { opener: '01', members: 1, records: 2 },
};
const PARENTS: Readonly<Record<string, string | null>> = { '01': null, '02': '01', '03': '02', '16': '03' };

/** Holds a BAI2 file to its control totals, its counts, and the nesting of its records. */
export class Bai2Controls {
  private readonly out: StatementCollector;
  private readonly open: Level[] = [];
  private fileCount = 0;

  constructor(out: StatementCollector) {
    this.out = out;
  }

  /** Counts a record; those that open or close a level move it. */
  count(record: Bai2Record): void {
    const { code, line, physicalLines } = record;
    const closer = CLOSERS[code];
    if (closer) {
      this.close(record, closer);
      return;
    }
    if (!(code in PARENTS)) {
      this.out.error('record_unreadable', line, `record code ${code} is not one of BAI2`);
      return;
    }
    const parent = PARENTS[code] ?? null;
    if ((this.open.at(-1)?.code ?? null) !== parent) {
      throw new UnreadableFile('record_misplaced', `record ${code} does not belong here`, line);
    }
    if (code === '01') this.fileCount += 1;
    if (code === '16') this.addRecords(physicalLines);
    else {
      this.open.push({ code, line, totalMinor: 0, records: 0, members: 0 });
      this.addRecords(physicalLines);
    }
  }

  /** Adds an amount as written to the account that is open. */
  add(amountMinor: number): void {
    const account = this.open.at(-1);
    if (!account) return;
    account.totalMinor += amountMinor;
    if (!Number.isSafeInteger(account.totalMinor)) {
      throw new UnreadableFile(
        'total_too_large',
        'amounts come to more than can be counted exactly',
        account.line,
      );
    }
  }

  end(): void {
    for (const { code, line } of this.open) {
      this.out.error('file_cut_short', line, `record ${code}, which begins here, is never closed`);
    }
    if (this.fileCount === 0) throw new UnreadableFile('statement_missing', 'the file has no record 01');
  }

  private addRecords(physicalLines: number): void {
    for (const level of this.open) level.records += physicalLines;
  }

  private close(
    { code, line, fields, physicalLines }: Bai2Record,
    { opener, members, records }: { opener: string; members: number | null; records: number },
  ): void {
    const level = this.open.at(-1);
    if (level?.code !== opener) {
      throw new UnreadableFile('record_misplaced', `record ${code} does not belong here`, line);
    }
    this.addRecords(physicalLines);
    this.open.pop();
    const total = this.out.amount(
      readMinorUnits(fields[0]?.trim() ?? ''),
      fields[0] ?? '',
      line,
      'control total',
    );
    if (total !== null && total !== level.totalMinor)
      this.differs('control total', line, total, level.totalMinor);
    if (members !== null) this.checkCount('members', line, fields[members], level.members);
    this.checkCount('records', line, fields[records], level.records);
    const parent = this.open.at(-1);
    if (parent) {
      parent.totalMinor += level.totalMinor;
      parent.members += 1;
    }
  }

  /** Banks often leave the counts out; one that is there has to be right. */
  private checkCount(what: string, line: number, text: string | undefined, counted: number): void {
    const said = text?.trim() ?? '';
    if (said !== '' && Number(said) !== counted) this.differs(`number of ${what}`, line, said, counted);
  }

  private differs(what: string, line: number, said: number | string, counted: number): void {
    this.out.error('total_differs', line, `${what}: the file says ${said}, its records come to ${counted}`);
  }
}
