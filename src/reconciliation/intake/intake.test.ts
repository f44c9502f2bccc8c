import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { CHANNEL_ID, City } from '../../../test/support/city.ts';
import { describeOnBothStacks } from '../../../test/support/stacks.ts';
import { StatementRowWriter } from '../../../test/support/statement-rows.ts';
import type { Actor } from '../../agencies/index.ts';
import { transact } from '../../infra/db/index.ts';
import { addDays, businessDateOf } from '../../kernel/business-date.ts';
import { claimBatch, planBatches } from '../batches/batches.repo.ts';
import type { Fence } from '../batches/fence.ts';
import { matchSides } from '../matching/match-sides.ts';
import type { MatchRow } from '../matching/matching.types.ts';
import { ROWS_PER_CHUNK } from '../matching/row-chunks.ts';
import { RowTable } from '../matching/row-table.ts';
import { TextPool } from '../matching/text-pool.ts';
import { StatementIntake } from './intake.service.ts';
import type { IntakeResult, Statement } from './intake.types.ts';
import { readRaw, readRows } from './pieces.repo.ts';
import { addSource } from './sources.repo.ts';
import { StatementSources } from './sources.service.ts';
import { findStatement, listOfBatch } from './statements.repo.ts';

const POWER = 'guangzhou-power-gateway';
const CHINA = { timeZone: 'Asia/Shanghai', cutOff: '00:00' };
const DAY_MS = 86_400_000;

const person = (id: string): Actor => ({ kind: 'staff', id, traceId: 'trace', addressIndex: 'address' });

/** A file of the sandbox bank's form. */
function bankFile(businessDate: string, amounts: readonly number[], refPrefix = 'pay'): string {
  const yuan = (fen: number) => `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
  const rows = amounts.map(
    (fen, at) => `D,${at + 1},DEBIT,B${at},${refPrefix}_${at},,${businessDate}T10:00:00,${yuan(fen)}`,
  );
  const total = yuan(amounts.reduce((sum, fen) => sum + fen, 0));
  const trailer = `T,${rows.length},${total},0,0.00,${total}`;
  return `${[`H,SBSTMT1,civicpay,${businessDate},CNY,x`, ...rows, trailer].join('\r\n')}\r\n`;
}

describeOnBothStacks('intake', (stack) => {
  let city: City;
  let sources: StatementSources;
  let intake: StatementIntake;
  let folder: string;
  let sourceCount = 0;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'civicpay-intake-'));
    city = await City.start(stack());
    const { agencies, clock, vault } = city;
    sources = new StatementSources({ db: stack().db, clock, agencies });
    intake = new StatementIntake({ db: stack().db, vault, clock, agencies, sources });
  });
  afterAll(async () => {
    await city?.stop();
    rmSync(folder, { recursive: true });
  });

  /** The right to write for a batch; each time a new one, as after a crash. */
  async function fenceOf(sourceId: string, businessDate: string): Promise<Fence> {
    const { db } = stack();
    const key = { sourceId, businessDate };
    await planBatches(db, [{ ...key, dueAtMs: 0 }], 0);
    const nowMs = city.clock.nowMs();
    const claim = { phase: null, states: ['waiting'] as const, leaseMs: 0, nowMs };
    const claimed = await claimBatch(db, key, claim);
    if (!claimed) throw new Error('not claimed');
    return claimed.fence;
  }
  /** A source that nobody else has. */
  async function someSource(): Promise<string> {
    sourceCount += 1;
    const sourceId = `bank-${sourceCount}`;
    const settings = (await sources.get(CHANNEL_ID)).settings;
    const day = { currency: 'CNY', cutOff: CHINA, beganOn: '2026-03-01' };
    await addSource(stack().db, { sourceId, role: 'channel', ...day, settings }, 0);
    return sourceId;
  }
  let fileCount = 0;
  async function take(sourceId: string, businessDate: string, content: string): Promise<IntakeResult> {
    fileCount += 1;
    const file = path.join(folder, `${fileCount}.csv`);
    writeFileSync(file, content);
    const fence = await fenceOf(sourceId, businessDate);
    return intake.take(fence, { path: file, fileName: `../up/${fileCount}.csv`, receivedBy: 'stf_maker' });
  }
  const taken = (result: IntakeResult): Statement => {
    if (!('statement' in result)) throw new Error(`no statement: ${result.kind}`);
    return result.statement;
  };
  const rowsOf = async ({ statementId }: Statement): Promise<Required<MatchRow>[]> => {
    const table = new RowTable(new TextPool());
    await readRows(stack().db, city.vault, statementId, table);
    return Array.from({ length: table.count }, (_, row) => table.rowAt(row));
  };

  beforeAll(async () => {
    // Noon in China: no cut-off is near.
    const today = businessDateOf(city.clock.nowMs(), CHINA);
    city.clock.advance(Date.parse(`${addDays(today, 1)}T12:00:00+08:00`) - city.clock.nowMs());
    await sources.sync();
  });

  it('fetches the day of a real bank and a real agency, and writes down what our books say of it', async () => {
    const { db } = stack();
    expect((await sources.list()).map(({ sourceId, role, cutOff }) => ({ sourceId, role, cutOff }))).toEqual([
      { sourceId: POWER, role: 'agency', cutOff: { timeZone: 'Asia/Shanghai', cutOff: '23:00' } },
      { sourceId: CHANNEL_ID, role: 'channel', cutOff: CHINA },
    ]);
    const today = businessDateOf(city.clock.nowMs(), CHINA);
    const pay = async () => {
      city.clock.advance(1_000);
      const { paymentId } = await city.order(await city.customerWithBill());
      await city.work();
      // On a busy machine the bank may have answered too late: it is asked again.
      while (!(await city.press(paymentId, 'confirm'))) await city.rest(city.clock.nowMs() + 5_000);
      return paymentId;
    };
    const ids = [await pay(), await pay()];
    await city.rest(city.clock.nowMs() + 60_000);
    // Refused by the agency: given back by the bank.
    city.power.agency.addFault({ operation: 'pay', fault: 'refuse', times: 1 });
    const refused = await pay();
    await city.rest(city.clock.nowMs() + 60_000);
    // Never confirmed.
    const expired = (await city.order(await city.customerWithBill())).paymentId;
    await city.rest(city.clock.nowMs() + 3_600_000);
    const early = await intake.fetch(await fenceOf(CHANNEL_ID, today));
    expect(early).toEqual({ kind: 'notReady', availableAtMs: expect.any(Number) });

    city.clock.advance(2 * DAY_MS);
    city.bank.control.advanceClock(0);
    for (const sourceId of [CHANNEL_ID, POWER]) {
      const fetched = await intake.fetch(await fenceOf(sourceId, today));
      expect(fetched).toMatchObject({ kind: 'accepted', statement: { revision: 1, findings: [] } });
      const again = await intake.fetch(await fenceOf(sourceId, today));
      expect(again).toEqual({ kind: 'seenBefore', statement: taken(fetched) });
      const ours = await intake.makeSheet(await fenceOf(sourceId, today));
      expect(await intake.makeSheet(await fenceOf(sourceId, today))).toEqual(ours);
      expect(await listOfBatch(db, { sourceId, businessDate: today })).toHaveLength(2);
      // Nothing is left over: what both say is the same.
      const pool = new TextPool();
      const [left, right] = [new RowTable(pool), new RowTable(pool)];
      await readRows(db, city.vault, ours.statementId, left);
      await readRows(db, city.vault, taken(fetched).statementId, right);
      const role = sourceId === POWER ? 'agency' : 'channel';
      const { settings } = await sources.get(sourceId);
      const matched = matchSides({ role: 'ledger', table: left }, { role, table: right }, settings.matching);
      expect(matched.breaks).toEqual([]);
      const raw = await readRaw(db, city.vault, ours.statementId, [0]);
      expect(JSON.parse(raw[0]?.raw ?? '')).toMatchObject({
        paymentId: ids[0],
        kind: 'payment',
        status: 'final',
      });
    }
    const ofBank = (await listOfBatch(db, { sourceId: CHANNEL_ID, businessDate: today })).find(
      ({ side }) => side === 'ours',
    );
    const sheet = await rowsOf(ofBank as Statement);
    const said = sheet.map(({ originalRef, ref, status, kind }) => [originalRef ?? ref, status, kind]);
    expect(said).toEqual([
      ...ids.map((id) => [id, 'final', 'payment']),
      [refused, 'final', 'payment'],
      [expired, 'failed', 'payment'],
      [refused, 'final', 'refund'],
    ]);
    expect(ofBank?.content.sums).toEqual([{ currency: 'CNY', rowCount: 4, amountMinor: expect.any(Number) }]);
  }, 60_000);

  it('tells an empty day from a fetch that failed', async () => {
    const quiet = addDays(businessDateOf(city.clock.nowMs(), CHINA), -20);
    const empty = await intake.fetch(await fenceOf(CHANNEL_ID, quiet));
    expect(empty).toMatchObject({ kind: 'emptyDay', statement: { status: 'accepted', rowCount: 0 } });
    const again = await intake.fetch(await fenceOf(CHANNEL_ID, quiet));
    expect(taken(again).statementId).toBe(taken(empty).statementId);
    await city.bank.control.goDown();
    try {
      const failed = await intake.fetch(await fenceOf(CHANNEL_ID, addDays(quiet, -1)));
      expect(failed).toMatchObject({ kind: 'unavailable', reason: { code: expect.any(String) } });
    } finally {
      await city.bank.control.comeUp();
    }
    const evidence = await stack().db('exchanges').where({ operation: 'fetchStatement' });
    expect(evidence.length).toBeGreaterThanOrEqual(3);
    // A file of no bytes says nothing: neither that the day is empty.
    const nothing = await take(await someSource(), '2026-03-02', '');
    expect(nothing).toMatchObject({
      kind: 'stopped',
      statement: { findings: [{ code: 'file_empty', isWaivable: false }] },
    });
  });

  it('keeps each revision, takes nothing twice, and lets the newest hold', async () => {
    const source = await someSource();
    const [first, second] = [bankFile('2026-03-02', [100, 200]), bankFile('2026-03-02', [100, 201])];
    const one = taken(await take(source, '2026-03-02', first));
    expect(one).toMatchObject({ status: 'accepted', revision: 1, rowCount: 2 });
    expect(one.fileName).toMatch(/^\d+\.csv$/);
    const two = taken(await take(source, '2026-03-02', second));
    expect(two).toMatchObject({ status: 'accepted', revision: 2 });
    for (const content of [first, second, second.replace(',x', ',another header')]) {
      expect(await take(source, '2026-03-02', content)).toEqual({ kind: 'seenBefore', statement: two });
    }
    expect((await rowsOf(one)).map(({ amountMinor }) => amountMinor)).toEqual([100, 200]);
    expect((await rowsOf(two)).map(({ amountMinor }) => amountMinor)).toEqual([100, 201]);
    // That nothing happened after all is for a person to say.
    const gone = taken(await take(source, '2026-03-02', bankFile('2026-03-02', [])));
    expect(gone).toMatchObject({ status: 'stopped', findings: [{ code: 'rows_gone', isWaivable: true }] });
  });

  it('stops a file that is not whole for good, and takes the whole one after it', async () => {
    const source = await someSource();
    const whole = bankFile('2026-03-02', [100, 200, 300]);
    const cut = whole.slice(0, whole.indexOf('\r\nT,') + 2);
    const stopped = taken(await take(source, '2026-03-02', cut));
    expect(stopped).toMatchObject({ status: 'stopped', findings: [{ gate: 'whole', severity: 'stop' }] });
    const accept = { accept: true, reason: 'it will do' };
    await expect(intake.decide(stopped.statementId, accept, person('stf_other'))).rejects.toMatchObject({
      code: 'statement_not_whole',
    });
    expect(await take(source, '2026-03-02', cut)).toEqual({ kind: 'seenBefore', statement: stopped });
    const refusal = { accept: false, reason: 'asked for it again' };
    expect(await intake.decide(stopped.statementId, refusal, person('stf_maker'))).toMatchObject({
      status: 'refused',
    });
    // The same rows, and now with what proves them.
    expect(await take(source, '2026-03-02', whole)).toMatchObject({ kind: 'accepted' });
  });

  it('asks another person than who uploaded it about a file that was seen before', async () => {
    const source = await someSource();
    await take(source, '2026-03-02', bankFile('2026-03-02', [100, 200]));
    // The same rows under another name, for another day.
    const content = bankFile('2026-03-02', [100, 200]).replace('2026-03-02,CNY', '2026-03-03,CNY');
    const stopped = taken(await take(source, '2026-03-03', content));
    expect(stopped.findings).toMatchObject([{ gate: 'seenBefore', severity: 'stop', isWaivable: true }]);
    const accept = { accept: true, reason: 'the bank confirms it by phone' };
    await expect(intake.decide(stopped.statementId, accept, person('stf_maker'))).rejects.toMatchObject({
      code: 'approval_by_submitter',
    });
    // Nor past the service.
    await expect(
      stack()
        .db('statements')
        .where({ statement_id: stopped.statementId })
        .update({ status: 'accepted', decided_by: 'stf_maker' }),
    ).rejects.toThrow();
    const decided = await intake.decide(stopped.statementId, accept, person('stf_checker'));
    expect(decided).toMatchObject({
      status: 'accepted',
      decidedBy: 'stf_checker',
      decisionReason: accept.reason,
    });
    await expect(intake.decide(stopped.statementId, accept, person('stf_third'))).rejects.toMatchObject({
      code: 'statement_decided',
    });
    const audited = await stack()
      .db('audit_events')
      .where({ action: 'statement.accept', object_id: stopped.statementId });
    expect(audited).toHaveLength(1);
  });

  it('counts no row of a statement that was cut off in the middle, nor of one who was overtaken', async () => {
    const { db } = stack();
    const source = await someSource();
    const old = await fenceOf(source, '2026-03-02');
    const opening = {
      statementId: 'stm_old',
      side: 'theirs',
      fileName: 'f',
      format: null,
      receivedBy: null,
      receivedAtMs: 0,
    } as const;
    const writer = await StatementRowWriter.begin({ db, vault: city.vault }, old, opening);
    const row: MatchRow = { line: 1, ref: 'r', amountMinor: 1, currency: 'CNY', bookedOn: '2026-03-02' };
    const long = 'x'.repeat(2_000);
    for (let line = 0; line < 2 * ROWS_PER_CHUNK; line++) writer.add({ ...row, line }, `${line}${long}`);
    await writer.flushed();
    // Another takes the batch over and has a file of its own.
    const result = await take(source, '2026-03-02', bankFile('2026-03-02', [100]));
    expect(result).toMatchObject({ kind: 'accepted', statement: { revision: 1 } });
    for (let line = 0; line < ROWS_PER_CHUNK; line++) writer.add({ ...row, line }, `${line}${long}`);
    await expect(writer.finish(async () => {})).rejects.toMatchObject({ code: 'batch_taken_over' });
    expect(await findStatement(db, 'stm_old')).toBeNull();
    expect(await listOfBatch(db, old)).toEqual([taken(result)]);
    expect(await rowsOf(taken(result))).toHaveLength(1);
  });

  it('gives back every row and its text, whatever the pieces', async () => {
    const { db } = stack();
    const source = await someSource();
    const ref = fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }));
    const amount = fc.integer({ min: -1e9, max: 1e9 });
    const someRows = fc.array(fc.tuple(ref, amount, fc.string({ unit: 'grapheme' })), {
      minLength: 1,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(
        someRows,
        fc.integer({ min: 1, max: 2 * ROWS_PER_CHUNK + 1 }),
        async (pattern, count) => {
          const fence = await fenceOf(source, '2026-03-02');
          const statementId = `stm_${fence.token}`;
          const opening = {
            statementId,
            side: 'theirs',
            fileName: 'f',
            format: null,
            receivedBy: null,
            receivedAtMs: 0,
          } as const;
          const writer = await StatementRowWriter.begin({ db, vault: city.vault }, fence, opening);
          const rows = Array.from({ length: count }, (_, at) => {
            const [reference, amountMinor, raw] = pattern[at % pattern.length] ?? [null, 0, ''];
            const row: MatchRow = {
              line: at,
              ref: reference,
              amountMinor,
              currency: 'CNY',
              bookedOn: '2026-03-02',
            };
            return { row, raw: `${raw}${at % 7}` };
          });
          for (const { row, raw } of rows) {
            writer.add(row, raw);
            await writer.flushed();
          }
          const statement = await writer.finish(async (tx, begun) => {
            await tx('statements')
              .where({ statement_id: statementId })
              .update({ row_count: begun.rowCount, status: 'accepted', rows_sha256: statementId });
            return begun;
          });
          const read = await rowsOf(statement);
          expect(read.map(({ line, ref: said, amountMinor }) => [line, said, amountMinor])).toEqual(
            rows.map(({ row }) => [row.line, row.ref, row.amountMinor]),
          );
          const wanted = [0, count - 1, count, Math.floor(count / 2)];
          const raw = await readRaw(db, city.vault, statementId, wanted);
          expect(raw.map((each) => [each.rowNo, each.raw])).toEqual(
            wanted.filter((rowNo) => rowNo < count).map((rowNo) => [rowNo, rows[rowNo]?.raw]),
          );
          const [total] = statement.content.sums;
          expect(total).toEqual({
            currency: 'CNY',
            rowCount: count,
            amountMinor: rows.reduce((sum, { row }) => sum + (row.amountMinor ?? 0), 0),
          });
        },
      ),
      { numRuns: 5 },
    );
    // Each piece opens in its own place only, and none can be changed.
    await expect(transact(db, (tx) => tx('statement_chunks').update({ chunk_no: 7 }))).rejects.toThrow();
  });
});
