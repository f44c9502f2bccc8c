import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AgencyBooks, type BookedPayment } from './agency-books.ts';
import { movementsOf, postingsOf, undoingsOf } from './book-views.ts';

interface Bill {
  billNo: string;
  accountNo: string;
}

const DAY_MS = 86_400_000;
const dateOf = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);

describe('the books of an agency', () => {
  let dataDir: string;
  let books: AgencyBooks<{ accountNo: string }, Bill>;
  const open = async () => {
    books = await AgencyBooks.open(dataDir);
  };
  beforeEach(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'agency-books-'));
    await open();
    books.addCustomer({ accountNo: 'a' });
    books.addBill((billNo) => ({ billNo, accountNo: 'a' }));
  });
  afterEach(async () => {
    await books.close();
    rmSync(dataDir, { recursive: true });
  });

  const pay = (reference: string, more: Partial<BookedPayment> = {}) =>
    books.addPayment({
      reference,
      accountNo: 'a',
      paidAtMs: 1_000,
      amountFen: 700,
      details: [{ billNo: 'B00000000001', amountFen: 700 }],
      state: 'posted',
      refusedCode: null,
      postedAtMs: 1_000,
      ...more,
    });
  const undo = (reference: string, originalReference: string) =>
    books.addUndoing({
      reference,
      originalReference,
      way: 'reverse',
      amountFen: 700,
      refusedCode: null,
      undoneAtMs: 2_000,
    });
  const whyNot = (originalReference: string, way: 'reverse' | 'refund', nowMs = 1_500, amountFen = 700) =>
    books.whyNotUndone({ originalReference, way, amountFen }, nowMs, dateOf);

  it('count towards a bill what was neither refused nor undone, by date', () => {
    pay('late', { paidAtMs: 3_000 });
    pay('early');
    pay('refused', { state: 'refused', refusedCode: 'x', postedAtMs: null });
    pay('undone');
    undo('u', 'undone');
    expect(books.paidTowards('B00000000001')).toEqual([
      { paidAtMs: 1_000, amountFen: 700 },
      { paidAtMs: 3_000, amountFen: 700 },
    ]);
  });

  it('say the same when they are opened again', async () => {
    pay('p');
    pay('q', { state: 'processing', postedAtMs: 9_000 });
    undo('u', 'p');
    const before = [movementsOf(books), undoingsOf(books), books.payment('q')];
    await books.close();
    await open();
    expect([movementsOf(books), undoingsOf(books), books.payment('q')]).toEqual(before);
    expect(whyNot('p', 'reverse')).toBe('alreadyUndone');
    books.settle(8_999);
    expect(postingsOf(books, dateOf).map(({ reference }) => reference)).toEqual(['p']);
    books.settle(9_000);
    expect(postingsOf(books, dateOf).map(({ reference }) => reference)).toEqual(['p', 'q']);
  });

  it('let a posting be reversed on its day and refunded after it, whole and once', () => {
    pay('p');
    expect(whyNot('p', 'reverse')).toBeNull();
    expect(whyNot('p', 'refund')).toBe('dayIsNotOver');
    expect(whyNot('p', 'reverse', DAY_MS)).toBe('dayIsOver');
    expect(whyNot('p', 'refund', DAY_MS)).toBeNull();
    expect(whyNot('p', 'reverse', 1_500, 699)).toBe('amountDiffers');
    expect(whyNot('nobody', 'reverse')).toBe('noSuchPayment');
    pay('refused', { state: 'refused', refusedCode: 'x', postedAtMs: null });
    expect(whyNot('refused', 'reverse')).toBe('noSuchPayment');
    pay('sold', { details: [], purchase: { planId: 'V10', volumeDm3: 10_000, handedOver: '1' } });
    expect(whyNot('sold', 'reverse')).toBe('handedOver');
    undo('u', 'p');
    expect(whyNot('p', 'reverse')).toBe('alreadyUndone');
  });

  it('add up what an account bought', () => {
    const purchase = { planId: 'V10', volumeDm3: 10_000, handedOver: '1' };
    pay('old', { purchase, details: [], paidAtMs: 1_000 });
    pay('new', { purchase, details: [], paidAtMs: 5_000 });
    expect(books.boughtSinceDm3('a', 0)).toBe(20_000);
    expect(books.boughtSinceDm3('a', 5_000)).toBe(10_000);
    expect(books.boughtSinceDm3('b', 0)).toBe(0);
  });

  it('forget everything when cleared', async () => {
    pay('p');
    await books.clear();
    expect([books.isEmpty, books.payments(), books.paidTowards('B00000000001')]).toEqual([true, [], []]);
    await books.close();
    await open();
    expect(books.isEmpty).toBe(true);
  });
});
