import type { Agency } from '../agencies/index.ts';
import { DomainError } from '../kernel/errors.ts';
import { money } from '../kernel/money.ts';
import { RecentValues } from '../kernel/recent-values.ts';
import type { BillingDeps } from './billing.deps.ts';
import type { Payment } from './billing.types.ts';
import { debitAmountOf } from './fees.rules.ts';
import { loadPayments } from './payment.repo.ts';
import type { Payments } from './payments.service.ts';
import { paymentIdOf, type ReceiptFacts, receiptFactsOf, signedText } from './receipt.rules.ts';
import type { Receipt, VerifiedReceipt } from './receipt.types.ts';

const CODE_PURPOSE = 'receipts.verification';
/** Drawing one takes some 60 ms of a core: whoever asks again and again gets the one that is there. */
const PDF_KEPT_MS = 60_000;
const PDFS_KEPT = 200;

/** Proof of payments that were posted, for who paid and, with the code, for anybody. */
export class Receipts {
  private readonly deps: BillingDeps;
  private readonly payments: Pick<Payments, 'get'>;
  private readonly pdfs: RecentValues<Uint8Array>;

  constructor(deps: BillingDeps, payments: Pick<Payments, 'get'>) {
    this.deps = deps;
    this.payments = payments;
    const draw = async (key: string) => {
      const [residentId, paymentId] = JSON.parse(key) as [string, string];
      // Only who draws receipts loads what draws codes: billing is in every thread.
      const { renderReceiptPdf } = await import('./receipt.pdf.ts');
      return renderReceiptPdf(await this.get(residentId, paymentId));
    };
    this.pdfs = new RecentValues(draw, deps.clock, PDF_KEPT_MS, PDFS_KEPT);
  }

  /** Throws `payment_not_found`, and `receipt_not_available` for a payment that is not posted. */
  async get(residentId: string, paymentId: string): Promise<Receipt> {
    const payment = await this.payments.get(residentId, paymentId);
    const facts = receiptFactsOf(payment);
    if (!facts) throw new DomainError('conflict', 'receipt_not_available');
    const { vault, publicUrl, agencies } = this.deps;
    const verificationCode = vault.signCode(signedText(payment, facts), CODE_PURPOSE);
    const channels = await agencies.listChannels();
    const channel = channels.find(({ channelId }) => channelId === payment.channelId);
    return {
      ...publicPart(payment, facts, await this.agencyOf(payment)),
      paymentId,
      holder: payment.holder,
      bills: payment.bills,
      credit: payment.credit,
      planName: payment.planName,
      fulfilment: payment.fulfilment,
      payer: payment.payer,
      channel: {
        channelId: payment.channelId,
        // A channel that has been taken away since still took this money: its id is what is left of its name.
        names: channel?.names ?? { 'zh-CN': payment.channelId, en: payment.channelId },
        reference: facts.channelReference,
      },
      verificationCode,
      verifyUrl: `${publicUrl}/verify/${facts.receiptId}?code=${verificationCode}`,
    };
  }

  /** The receipt as a PDF; throws as `get` does. */
  getPdf(residentId: string, paymentId: string): Promise<Uint8Array> {
    // With the resident in the key, so that nobody is given what was drawn for another.
    return this.pdfs.get(JSON.stringify([residentId, paymentId]));
  }

  /**
   * What a genuine receipt says. Whatever is wrong (no such receipt, not posted, another code) is one and the same
   * `receipt_not_verified`.
   */
  async verify(receiptId: string, code: string): Promise<VerifiedReceipt> {
    const paymentId = paymentIdOf(receiptId);
    const { db, vault } = this.deps;
    const [payment] = paymentId ? await loadPayments(db, vault, [paymentId]) : [];
    const facts = payment ? receiptFactsOf(payment) : null;
    // Checked against something in every case, so that the time taken does not tell which receipts exist.
    const signed = payment && facts ? signedText(payment, facts) : receiptId;
    const isGenuine = vault.verifyCode(code, signed, CODE_PURPOSE);
    if (!payment || !facts || !isGenuine) throw new DomainError('notFound', 'receipt_not_verified');
    return publicPart(payment, facts, await this.agencyOf(payment));
  }

  private async agencyOf({ agencyId }: Payment): Promise<Agency> {
    const agency = await this.deps.agencies.getAgency(agencyId);
    if (!agency) throw new Error(`the agency of a posted payment is gone: ${agencyId}`);
    return agency;
  }
}

function publicPart(payment: Payment, facts: ReceiptFacts, agency: Agency): VerifiedReceipt {
  const { amount } = payment;
  const total = debitAmountOf(payment);
  return {
    receiptId: facts.receiptId,
    agency,
    maskedAccount: payment.maskedAccount,
    amount,
    fee: money(total.amountMinor - amount.amountMinor, amount.currency),
    total,
    debitedAtMs: facts.debitedAtMs,
    postedAtMs: facts.postedAtMs,
    agencyReference: facts.agencyReference,
  };
}
