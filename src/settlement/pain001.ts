import { formatMinor } from '../kernel/money.ts';
import { assertPayoutBatch, inOrder, payoutFile, totalOf } from './payouts.rules.ts';
import type { PayoutAccount, PayoutBatch, PayoutFile, PayoutInstruction } from './payouts.types.ts';

/** A piece of XML that is written already. */
type Xml = string;

/**
 * A batch as pain.001.001.09, CustomerCreditTransferInitiationV09 (ISO 20022): one payment information block, one credit
 * transfer an instruction, each booked by itself. Banks are named by their CNAPS code. Throws like `assertPayoutBatch`.
 */
export function pain001File(batch: PayoutBatch): PayoutFile {
  assertPayoutBatch(batch);
  const total = formatMinor(totalOf(batch), batch.currency);
  const counts = [leaf('NbOfTxs', String(batch.instructions.length)), leaf('CtrlSum', total)];
  const header = element(
    'GrpHdr',
    leaf('MsgId', batch.messageId),
    leaf('CreDtTm', `${new Date(batch.createdAtMs).toISOString().slice(0, 19)}Z`),
    ...counts,
    element('InitgPty', leaf('Nm', batch.debtor.holderName)),
  );
  const block = element(
    'PmtInf',
    leaf('PmtInfId', batch.messageId),
    leaf('PmtMtd', 'TRF'),
    leaf('BtchBookg', 'false'),
    ...counts,
    element('ReqdExctnDt', leaf('Dt', batch.executeOn)),
    element('Dbtr', leaf('Nm', batch.debtor.holderName)),
    account('DbtrAcct', batch.debtor, leaf('Ccy', batch.currency)),
    bank('DbtrAgt', batch.debtor),
    leaf('ChrgBr', 'DEBT'),
    ...inOrder(batch).map((instruction) => transfer(instruction, batch.currency)),
  );
  const root = element('CstmrCdtTrfInitn', header, block);
  const namespace = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09';
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${namespace}">${root}</Document>\n`;
  return payoutFile(batch, 'xml', text);
}

function transfer({ instructionId, amountMinor, creditor, remittance }: PayoutInstruction, currency: string) {
  const amount = escapeXml(formatMinor(amountMinor, currency));
  return element(
    'CdtTrfTxInf',
    element('PmtId', leaf('InstrId', instructionId), leaf('EndToEndId', instructionId)),
    element('Amt', `<InstdAmt Ccy="${escapeXml(currency)}">${amount}</InstdAmt>`),
    bank('CdtrAgt', creditor),
    element('Cdtr', leaf('Nm', creditor.holderName)),
    account('CdtrAcct', creditor),
    element('RmtInf', leaf('Ustrd', remittance)),
  );
}

function bank(name: string, { bankCode, bankName }: PayoutAccount): Xml {
  const clearingSystem = element('ClrSysId', leaf('Cd', 'CNAPS'));
  const member = element('ClrSysMmbId', clearingSystem, leaf('MmbId', bankCode));
  return element(name, element('FinInstnId', member, leaf('Nm', bankName)));
}

function account(name: string, { accountNumber }: PayoutAccount, ...more: Xml[]): Xml {
  return element(name, element('Id', element('Othr', leaf('Id', accountNumber))), ...more);
}

function element(name: string, ...children: Xml[]): Xml {
  return `<${name}>${children.join('')}</${name}>`;
}

function leaf(name: string, text: string): Xml {
  return `<${name}>${escapeXml(text)}</${name}>`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
