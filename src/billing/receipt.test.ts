import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { createTestVault } from '../../test/support/accounts.ts';
import { openPlainAgencies, PLAIN_CHANNEL, plainManifest } from '../../test/support/plain-agency.ts';
import { DEBITED_AT_MS, somePayment } from '../../test/support/some-payment.ts';
import { describeOnBothStacks } from '../../test/support/stacks.ts';
import { TestClock } from '../../test/support/test-clock.ts';
import { createLogger } from '../infra/log/index.ts';
import { newId } from '../kernel/ids.ts';
import { receiptIdOf } from './billing.rules.ts';
import { createBilling, type Payment, type PaymentStatus, type Receipts } from './index.ts';
import { insertPayments } from './payment.repo.ts';
import { renderReceiptPdf } from './receipt.pdf.ts';
import { paymentIdOf, receiptFactsOf, signedText } from './receipt.rules.ts';

const someFee = (amountMinor: number) => ({
  payer: 'resident' as const,
  amountMinor,
  shares: { platformMinor: amountMinor, channelMinor: 0, agencyMinor: 0 },
});

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: { code?: string }) => error.code,
  );

describe('receipt rules', () => {
  it('name one receipt for a payment, and back', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(1023), (atMs, shard) => {
        const paymentId = newId('pay', atMs, shard);
        expect(paymentIdOf(receiptIdOf(paymentId))).toBe(paymentId);
        expect(paymentIdOf(paymentId)).toBeNull();
      }),
    );
    expect(paymentIdOf('rcp_../../etc')).toBeNull();
  });

  it('give a receipt to no payment but a posted one', () => {
    const others: PaymentStatus[] = [
      'created',
      'debitPending',
      'debited',
      'postingUnknown',
      'refunding',
      'refunded',
    ];
    for (const status of others) expect(receiptFactsOf(somePayment({ status }))).toBeNull();
    expect(receiptFactsOf(somePayment({ agencyReference: null }))).toBeNull();
    expect(receiptFactsOf(somePayment())).not.toBeNull();
  });

  it('sign every fact that somebody might want to read differently', () => {
    const payment = somePayment();
    const signed = (more: Partial<Payment>) => {
      const changed = { ...payment, ...more };
      const facts = receiptFactsOf(changed);
      return facts && signedText(changed, facts);
    };
    const changes: Partial<Payment>[] = [
      { paymentId: newId('pay', 1, 1) },
      { agencyId: 'other' },
      { maskedAccount: '****7891' },
      { amount: { amountMinor: 123_457, currency: 'CNY' } },
      { amount: { amountMinor: 123_456, currency: 'USD' } },
      { debitedAtMs: 1 },
      { postedAtMs: 1 },
      { agencyReference: 'AGENCY-2' },
      { fees: [someFee(38)] },
      { fees: [someFee(39)] },
      { credit: { amountMinor: 38, currency: 'CNY' } },
      { planId: 'kwh-200' },
    ];
    expect(new Set([{}, ...changes].map(signed)).size).toBe(changes.length + 1);
  });
});

describeOnBothStacks('receipts', (stack) => {
  const vault = createTestVault();
  let receipts: Receipts;

  beforeAll(async () => {
    const common = { db: stack().db, vault, clock: new TestClock() };
    const { agencies } = await openPlainAgencies(common);
    await agencies.publishManifest(plainManifest('plain-power'));
    const log = createLogger({ level: 'silent', service: 'test' });
    const publicUrl = 'https://pay.example.cn';
    receipts = createBilling({ ...common, log, agencies, publicUrl, sendTasks: () => {} }).receipts;
  });
  const given = async (more: Partial<Payment> = {}) => {
    const payment = somePayment(more);
    await stack().db.transaction((tx) => insertPayments(tx, vault, [payment]));
    return payment;
  };

  it('prove a posted payment to who paid it, always alike', async () => {
    const { paymentId } = await given();
    const receipt = await receipts.get('res_one', paymentId);
    expect(receipt).toMatchObject({
      receiptId: receiptIdOf(paymentId),
      paymentId,
      agency: { agencyId: 'plain-power' },
      maskedAccount: '****7890',
      holder: { maskedName: '𬭎*', maskedAddress: '天河区****' },
      amount: { amountMinor: 123_456, currency: 'CNY' },
      debitedAtMs: DEBITED_AT_MS,
      postedAtMs: DEBITED_AT_MS + 4_000,
      agencyReference: 'AGENCY-1',
      channel: { channelId: PLAIN_CHANNEL, names: { en: 'Test bank' }, reference: 'BANK-1' },
    });
    expect(receipt.bills).toHaveLength(2);
    const { receiptId, verificationCode } = receipt;
    expect(receipt.verifyUrl).toBe(`https://pay.example.cn/verify/${receiptId}?code=${verificationCode}`);
    expect(await receipts.get('res_one', paymentId)).toEqual(receipt);
  });

  it('are nobody else’s, and of nothing that is not posted', async () => {
    const { paymentId } = await given();
    expect(await codeOf(receipts.get('res_two', paymentId))).toBe('payment_not_found');
    await receipts.getPdf('res_one', paymentId);
    expect(await codeOf(receipts.getPdf('res_two', paymentId))).toBe('payment_not_found');
    const refunded = await given({ status: 'refunded' });
    expect(await codeOf(receipts.get('res_one', refunded.paymentId))).toBe('receipt_not_available');
    expect(await codeOf(receipts.getPdf('res_one', refunded.paymentId))).toBe('receipt_not_available');
  });

  it('are verified by anybody with the code, who learns nothing of who paid', async () => {
    const { paymentId } = await given();
    const { receiptId, verificationCode } = await receipts.get('res_one', paymentId);
    const verified = await receipts.verify(receiptId, verificationCode);
    expect(Object.keys(verified).sort()).toEqual([
      'agency',
      'agencyReference',
      'amount',
      'debitedAtMs',
      'fee',
      'maskedAccount',
      'postedAtMs',
      'receiptId',
      'total',
    ]);
    expect(await receipts.verify(receiptId, verificationCode.toLowerCase())).toEqual(verified);
  });

  it('fail to verify in one and the same way, whatever is wrong', async () => {
    const [one, other, refunded] = [await given(), await given(), await given({ status: 'refunded' })];
    const { receiptId, verificationCode } = await receipts.get('res_one', one.paymentId);
    const attempts: [string, string][] = [
      [receiptIdOf(other.paymentId), verificationCode],
      [receiptIdOf(refunded.paymentId), verificationCode],
      [receiptIdOf(newId('pay', 1, 1)), verificationCode],
      [receiptId, 'AAAAAAAAAA'],
      [receiptId, ''],
      [one.paymentId, verificationCode],
      ["rcp_' or 1=1", verificationCode],
    ];
    for (const [id, code] of attempts)
      expect(await codeOf(receipts.verify(id, code))).toBe('receipt_not_verified');
  });

  it('stop verifying when a fact is changed behind our back', async () => {
    const { paymentId } = await given();
    const { receiptId, verificationCode } = await receipts.get('res_one', paymentId);
    await stack().db('payments').where({ payment_id: paymentId }).update({ amount_minor: 1 });
    expect(await codeOf(receipts.verify(receiptId, verificationCode))).toBe('receipt_not_verified');
  });

  it('come as a PDF: the same bytes each time, its text selectable, long ones on several pages', async () => {
    const { paymentId } = await given();
    const receipt = await receipts.get('res_one', paymentId);
    const pdf = await renderReceiptPdf(receipt);
    expect(Buffer.compare(pdf, await renderReceiptPdf(receipt))).toBe(0);
    expect(Buffer.compare(pdf, await receipts.getPdf('res_one', paymentId))).toBe(0);
    expect(pagesOf(pdf)).toBe(1);
    expect(pdf.length).toBeLessThan(60_000);
    const selectable = selectableCharacters(pdf);
    const shown = [
      '缴费回执 Payment receipt 单位plain-power ¥1,234.56 ****7890 𬭎* 天河区****',
      '2026-03-01 23:59:58 GMT+8 2026-03-02 00:00:02 测试银行 BANK-1 AGENCY-1',
      `${receipt.receiptId} ${receipt.verificationCode} 2026-01 b1 ¥234.56`,
    ].join('');
    for (const character of shown) expect([...selectable]).toContain(character);

    const special = await renderReceiptPdf({
      ...receipt,
      fee: { amountMinor: 57, currency: 'CNY' },
      total: { amountMinor: 123_513, currency: 'CNY' },
      credit: { amountMinor: 89, currency: 'CNY' },
      planName: { 'zh-CN': '200度', en: '200 kWh' },
      fulfilment: { kind: 'token', token: '12345678901234567890', units: '200 kWh' },
      payer: { name: '陈晓明' },
    });
    for (const character of '套餐缴费人陈晓明手续费充值码数量200度¥1,235.13预存余额') {
      expect([...selectableCharacters(special)]).toContain(character);
    }

    const bills = Array.from({ length: 30 }, (_, i) => ({ ...somePayment().bills[0], billId: `b${i}` }));
    const long = await renderReceiptPdf({ ...receipt, bills: bills as never });
    expect(pagesOf(long)).toBe(2);
  });
});

function pagesOf(pdf: Uint8Array): number {
  return (
    Buffer.from(pdf)
      .toString('latin1')
      .match(/\/Type \/Page\b/g)?.length ?? 0
  );
}

/** What readers of the PDF can copy and search: the characters of its ToUnicode maps, which are in UTF-16. */
function selectableCharacters(pdf: Uint8Array): Set<string> {
  const characters = new Set<string>();
  for (const [, content = ''] of Buffer.from(pdf)
    .toString('latin1')
    // Not `\r?` before the end: one stream in 256 has that byte for its last.
    .matchAll(/stream\n([\s\S]*?)\nendstream/g)) {
    let map: string;
    try {
      map = inflateSync(Buffer.from(content, 'latin1')).toString('latin1');
    } catch {
      continue; // not a compressed stream
    }
    for (const [, range = ''] of map.matchAll(/beginbfrange([\s\S]*?)endbfrange/g)) {
      for (const [, hex = ''] of range.slice(range.indexOf('[')).matchAll(/<([0-9a-f ]+)>/gi)) {
        const text = Buffer.from(hex.replaceAll(' ', ''), 'hex').swap16().toString('utf16le');
        for (const character of text) characters.add(character);
      }
    }
  }
  return characters;
}
