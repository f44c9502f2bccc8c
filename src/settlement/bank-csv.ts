import { createHash } from 'node:crypto';
import { formatMinor } from '../kernel/money.ts';
import { assertPayoutBatch, inOrder, payoutFile, totalOf } from './payouts.rules.ts';
import type { PayoutBatch, PayoutFile } from './payouts.types.ts';

/**
 * A batch as our bank CSV, version 1 (docs/settlement.md): UTF-8 without a mark, RFC 4180, a line end of CR LF. `H` begins
 * it and `T` ends it, both with count and sum; `T` has the SHA-256 of all bytes before it, too. Throws like
 * `assertPayoutBatch`, which also keeps out whatever a spreadsheet would take for a formula.
 */
export function bankCsvFile(batch: PayoutBatch): PayoutFile {
  assertPayoutBatch(batch);
  const { messageId, executeOn, currency, debtor, instructions } = batch;
  const counts = [String(instructions.length), formatMinor(totalOf(batch), currency)];
  const from = [debtor.holderName, debtor.accountNumber, debtor.bankCode, debtor.bankName];
  const createdAt = new Date(batch.createdAtMs).toISOString();
  const header = ['H', 'civicpay-payout-1', messageId, createdAt, executeOn, currency, ...from, ...counts];
  const details = inOrder(batch).map(({ instructionId, amountMinor, creditor, remittance }, index) => [
    'D',
    String(index + 1),
    instructionId,
    formatMinor(amountMinor, currency),
    creditor.holderName,
    creditor.accountNumber,
    creditor.bankCode,
    creditor.bankName,
    remittance,
  ]);
  const body = [header, ...details].map(line).join('');
  const sha256 = createHash('sha256').update(body, 'utf8').digest('hex');
  return payoutFile(batch, 'csv', body + line(['T', ...counts, sha256]));
}

function line(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
}
