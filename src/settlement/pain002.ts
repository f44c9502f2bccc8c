import { TextReader, UnreadableFile, type XmlNode, XmlTreeReader } from '../infra/files/index.ts';
import type {
  Acknowledgement,
  NamedAnswer,
  PayoutAnswer,
  PayoutStatus,
  WrittenAmount,
} from './payouts.types.ts';

/**
 * ISO 20022, ExternalPaymentTransactionStatus1Code, ExternalPaymentGroupStatus1Code: the codes that are final. Settled at the
 * debtor (ACSC) or credited (ACCC) is paid; rejected (RJCT) or cancelled (CANC) never will be. All others are on the way
 * or wait for somebody, and so is a code that is not known.
 */
const FINAL: Readonly<Record<string, PayoutStatus>> = {
  ACSC: 'accepted',
  ACCC: 'accepted',
  RJCT: 'rejected',
  CANC: 'rejected',
};

/** A status as it is read, field by field. */
interface Draft {
  code: string;
  reasons: string[];
}

interface InstructionDraft extends Draft {
  instructionId: string;
  amount: WrittenAmount | null;
}

/**
 * Reads a pain.002, CustomerPaymentStatusReport, of version 3 or later. A transaction's own status goes before that of its payment
 * information, and that before the group's. Our files have one payment information, so both of them mean every
 * instruction. Throws UnreadableFile for what is no whole pain.002.
 */
export function readPain002(content: Uint8Array): Acknowledgement {
  const ids = { acknowledgementId: '', messageId: '', count: '', sum: '' };
  const group = newDraft();
  const block = newDraft();
  const blockIds = new Set<string>();
  const transactions: InstructionDraft[] = [];
  let isThere = false;
  const reader = new XmlTreeReader('CstmrPmtStsRpt', {
    open: () => {
      isThere = true;
    },
    children: {
      GrpHdr: { children: { MsgId: textInto((text) => (ids.acknowledgementId = text)) } },
      OrgnlGrpInfAndSts: {
        children: {
          OrgnlMsgId: textInto((text) => (ids.messageId = text)),
          OrgnlNbOfTxs: textInto((text) => (ids.count = text)),
          OrgnlCtrlSum: textInto((text) => (ids.sum = text)),
          ...statusNodes('GrpSts', () => group),
        },
      },
      OrgnlPmtInfAndSts: {
        children: {
          OrgnlPmtInfId: textInto((text) => blockIds.add(text)),
          ...statusNodes('PmtInfSts', () => block),
          TxInfAndSts: transactionNode(transactions),
        },
      },
    },
  });
  const text = new TextReader(null, 'gb18030');
  reader.write(text.write(Buffer.from(content)) + text.end());
  reader.end();
  if (!isThere) throw new UnreadableFile('not_pain002', 'no CstmrPmtStsRpt: this is no pain.002');
  if (!ids.messageId) throw new UnreadableFile('not_pain002', 'it does not say which file it answers');
  // Ours has the id of its file: another one would be of somebody else's file.
  blockIds.delete(ids.messageId);
  if (blockIds.size > 0) {
    throw new UnreadableFile('other_payment_information', 'it answers payment information that is not ours');
  }
  return {
    acknowledgementId: ids.acknowledgementId,
    messageId: ids.messageId,
    declared: {
      instructionCount: countOf(ids.count),
      total: ids.sum === '' ? null : { decimal: ids.sum, currency: null },
    },
    overall: overallOf(group, block),
    instructions: transactions.map(
      ({ instructionId, amount, ...draft }): NamedAnswer => ({ instructionId, amount, ...answerOf(draft) }),
    ),
  };
}

function transactionNode(transactions: InstructionDraft[]): XmlNode {
  const current = () => transactions.at(-1) ?? { ...newDraft(), instructionId: '', amount: null };
  let currency = '';
  return {
    open: () => {
      transactions.push({ ...newDraft(), instructionId: '', amount: null });
    },
    close: () => {
      if (!current().instructionId) {
        throw new UnreadableFile('instruction_unnamed', 'a transaction without the id of its instruction');
      }
    },
    children: {
      // Both are ours and the same; some banks give back one of them.
      OrgnlInstrId: textInto((text) => (current().instructionId ||= text)),
      OrgnlEndToEndId: textInto((text) => (current().instructionId ||= text)),
      ...statusNodes('TxSts', current),
      OrgnlTxRef: {
        children: {
          Amt: {
            children: {
              InstdAmt: {
                open: ({ Ccy = '' }) => {
                  currency = Ccy;
                },
                close: (decimal) => {
                  current().amount = { decimal, currency };
                },
              },
            },
          },
        },
      },
    },
  };
}

/** A status and its reasons, which look alike at every level. */
function statusNodes(name: string, draft: () => Draft): Record<string, XmlNode> {
  const reason = textInto((text) => draft().reasons.push(text));
  return {
    [name]: textInto((code) => {
      const now = draft();
      if (now.code !== '' && now.code !== code) {
        throw new UnreadableFile('statuses_differ', `${name} is ${now.code} and ${code}`);
      }
      now.code = code;
    }),
    StsRsnInf: { children: { Rsn: { children: { Cd: reason, Prtry: reason } }, AddtlInf: reason } },
  };
}

function textInto(take: (text: string) => unknown): XmlNode {
  return {
    close: (text) => {
      take(text);
    },
  };
}

const newDraft = (): Draft => ({ code: '', reasons: [] });

function answerOf({ code, reasons }: Draft): PayoutAnswer {
  return { status: FINAL[code] ?? 'pending', code: code || null, reason: reasons.join(' ') || null };
}

/** `PART` says that each instruction has its own: for one that is not named, nothing is known. */
function overallOf(group: Draft, block: Draft): PayoutAnswer | null {
  const said = block.code ? block : group;
  return said.code === '' || said.code === 'PART' ? null : answerOf(said);
}

function countOf(text: string): number | null {
  if (text === '') return null;
  if (!/^\d{1,15}$/.test(text)) throw new UnreadableFile('count_unreadable', 'OrgnlNbOfTxs is no count');
  return Number(text);
}
