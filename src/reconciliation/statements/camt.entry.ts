import { type AmountReading, readDecimal, readIsoDate, type XmlNode } from '../../infra/files/index.ts';
import type { StatementCollector } from './collector.ts';
import { reference } from './mt940.details.ts';
import type { Direction, RowDraft, StatementDetail } from './statement.types.ts';

/** An amount as written, with the attribute that says its currency. */
export interface CamtAmount {
  text: string;
  currency: string | null;
}

/** `Ntry`, as its elements come. */
export interface CamtEntry {
  line: number;
  amount: CamtAmount | null;
  indicator: string;
  isReversal: boolean;
  status: string;
  bookedOn: string;
  valueOn: string;
  entryRef: string;
  servicerRef: string;
  batchRef: string;
  info: string;
  transactions: CamtTransaction[];
}

/** `TxDtls`: one payment of the entry. */
interface CamtTransaction {
  endToEndId: string;
  transactionId: string;
  instructionId: string;
  servicerRef: string;
  amount: CamtAmount | null;
  indicator: string;
  debtor: string;
  creditor: string;
  unstructured: string;
  structuredRef: string;
  info: string;
}

export function newEntry(line: number): CamtEntry {
  return {
    line,
    amount: null,
    indicator: '',
    isReversal: false,
    status: '',
    bookedOn: '',
    valueOn: '',
    entryRef: '',
    servicerRef: '',
    batchRef: '',
    info: '',
    transactions: [],
  };
}

/** An element `Amt`: its currency comes with the tag, its text with the end. */
export function amountNode(take: (amount: CamtAmount) => void): XmlNode {
  let currency: string | null = null;
  return {
    open: (attributes) => {
      currency = attributes.Ccy ?? null;
    },
    close: (text) => take({ text, currency }),
  };
}

/** `Dt`, or `DtTm` of which the date as written is taken. */
export function dateNode(take: (text: string) => void): XmlNode {
  return { children: { Dt: { close: take }, DtTm: { close: take } } };
}

/** What is read of `Ntry`; `current` gives the entry that is open. */
export function entryChildren(current: () => CamtEntry): Readonly<Record<string, XmlNode>> {
  const into = intoField(current);
  // From version 8 on the code stands in `Cd`, and nothing beside it.
  const status = into('status', { onlyText: true });
  const details = {
    Btch: { children: { MsgId: into('batchRef', { onlyFirst: true }), PmtInfId: into('batchRef') } },
    TxDtls: {
      open: () => {
        current().transactions.push(newTransaction());
      },
      children: transactionChildren(() => current().transactions.at(-1) ?? newTransaction()),
    },
  };
  return {
    NtryRef: into('entryRef'),
    Amt: amountNode((amount) => {
      current().amount = amount;
    }),
    CdtDbtInd: into('indicator'),
    RvslInd: {
      close: (text) => {
        current().isReversal = text === 'true' || text === '1';
      },
    },
    Sts: { children: { Cd: status, Prtry: status }, ...status },
    BookgDt: { children: { Dt: into('bookedOn'), DtTm: into('bookedOn') } },
    ValDt: { children: { Dt: into('valueOn'), DtTm: into('valueOn') } },
    AcctSvcrRef: into('servicerRef'),
    AddtlNtryInf: into('info'),
    NtryDtls: { children: details },
    // The first version has no NtryDtls around them.
    ...details,
  };
}

function newTransaction(): CamtTransaction {
  return {
    endToEndId: '',
    transactionId: '',
    instructionId: '',
    servicerRef: '',
    amount: null,
    indicator: '',
    debtor: '',
    creditor: '',
    unstructured: '',
    structuredRef: '',
    info: '',
  };
}

function transactionChildren(current: () => CamtTransaction): Readonly<Record<string, XmlNode>> {
  const into = intoField(current);
  /** From version 8 on a party's name stands in `Pty`. */
  const party = (name: XmlNode): XmlNode => ({ children: { Nm: name, Pty: { children: { Nm: name } } } });
  return {
    Refs: {
      children: {
        EndToEndId: into('endToEndId'),
        TxId: into('transactionId'),
        InstrId: into('instructionId'),
        AcctSvcrRef: into('servicerRef'),
      },
    },
    Amt: amountNode((amount) => {
      current().amount = amount;
    }),
    CdtDbtInd: into('indicator'),
    // Version 2 has the amount only here.
    AmtDtls: {
      children: {
        TxAmt: {
          children: {
            Amt: amountNode((amount) => {
              current().amount ??= amount;
            }),
          },
        },
      },
    },
    RltdPties: {
      children: {
        Dbtr: party(into('debtor')),
        UltmtDbtr: party(into('debtor', { onlyFirst: true })),
        Cdtr: party(into('creditor')),
        UltmtCdtr: party(into('creditor', { onlyFirst: true })),
      },
    },
    RmtInf: {
      children: {
        Ustrd: into('unstructured', { joined: true }),
        Strd: { children: { CdtrRefInf: { children: { Ref: into('structuredRef', { joined: true }) } } } },
      },
    },
    AddtlTxInf: into('info'),
  };
}

type TextFieldOf<T> = { [K in keyof T]: T[K] extends string ? K : never }[keyof T];

/** Nodes whose text goes into a field of what is open: always, only if there is text, only if there was none, or behind what was. */
function intoField<T>(current: () => T) {
  return (
    field: TextFieldOf<T>,
    how: { onlyText?: boolean; onlyFirst?: boolean; joined?: boolean } = {},
  ): XmlNode => ({
    close: (text) => {
      const target = current() as Record<TextFieldOf<T>, string>;
      const before = target[field];
      if ((how.onlyText && !text) || (how.onlyFirst && before)) return;
      target[field] = how.joined && before ? `${before} ${text}` : text;
    },
  });
}

/**
 * The row of an entry: the entry is what moved on the account, so it is the row; the payments of a batch booking become
 * its `details`. `CdtDbtInd` already says which way a reversal moved the money (ISO 20022, ReversalIndicator). Null after saying
 * what is wrong.
 */
export function rowOf(entry: CamtEntry, raw: string, out: StatementCollector): RowDraft | null {
  const { line, amount, isReversal } = entry;
  const direction = DIRECTIONS[entry.indicator];
  if (!direction) {
    out.error('direction_unreadable', line, `Ntry/CdtDbtInd is “${entry.indicator}”, not CRDT or DBIT`);
  }
  if (!amount) out.error('element_missing', line, 'Ntry has no Amt');
  const amountMinor = amount && out.amount(readCamtAmount(amount), amount.text, line, 'Ntry/Amt');
  if (!KNOWN_STATUS.has(entry.status)) {
    out.error('status_unreadable', line, `Ntry/Sts is “${entry.status}”, not BOOK, PDNG, INFO or FUTR`);
  }
  if (!direction || !amount || amountMinor === null) return null;
  const single = entry.transactions.length === 1 ? entry.transactions[0] : undefined;
  return {
    line,
    ref: single
      ? (refOf(single) ?? reference(entry.entryRef))
      : (reference(entry.batchRef) ?? reference(entry.entryRef)),
    bankRef: reference(entry.servicerRef) ?? reference(single?.servicerRef),
    amountMinor,
    currency: amount.currency,
    direction,
    bookedOn: dateOf(entry.bookedOn, 'BookgDt', line, out),
    valueOn: dateOf(entry.valueOn, 'ValDt', line, out),
    counterparty: single ? counterpartyOf(single, direction, isReversal) : null,
    memo: (single && memoOf(single)) || entry.info || null,
    isBooked: entry.status !== 'PDNG' && entry.status !== 'INFO' && entry.status !== 'FUTR',
    isReversal,
    details: single ? [] : entry.transactions.map((each) => detailOf(each, direction, entry, out)),
    raw,
  };
}

const DIRECTIONS: Readonly<Record<string, Direction>> = { CRDT: 'credit', DBIT: 'debit' };
const KNOWN_STATUS = new Set(['BOOK', 'PDNG', 'INFO', 'FUTR']);

/** The schema's amount: unsigned, at most 18 digits, with its currency. */
export function readCamtAmount({ text, currency }: CamtAmount): AmountReading {
  if (currency === null) return 'currency_unreadable';
  return text.startsWith('-') ? 'amount_unreadable' : readDecimal(text, currency);
}

function detailOf(
  transaction: CamtTransaction,
  entryDirection: Direction,
  { line, isReversal }: CamtEntry,
  out: StatementCollector,
): StatementDetail {
  const { amount } = transaction;
  const direction = DIRECTIONS[transaction.indicator] ?? entryDirection;
  return {
    ref: refOf(transaction),
    bankRef: reference(transaction.servicerRef),
    amountMinor: amount && out.amount(readCamtAmount(amount), amount.text, line, 'TxDtls/Amt'),
    currency: amount?.currency ?? null,
    direction,
    counterparty: counterpartyOf(transaction, entryDirection, isReversal),
    memo: memoOf(transaction),
  };
}

function refOf({ endToEndId, transactionId, instructionId }: CamtTransaction): string | null {
  return reference(endToEndId) ?? reference(transactionId) ?? reference(instructionId);
}

/** Who stands at the other end: of a credit the debtor. A reversal names the parties of what it takes back. */
function counterpartyOf(
  transaction: CamtTransaction,
  direction: Direction,
  isReversal: boolean,
): string | null {
  const paidToUs = (direction === 'credit') !== isReversal;
  return (paidToUs ? transaction.debtor : transaction.creditor) || null;
}

function memoOf({ unstructured, structuredRef, info }: CamtTransaction): string | null {
  return unstructured || structuredRef || info || null;
}

let lastDate = { text: '', date: '' };

/** A date that the schema lets be absent; one that is there has to be a date. */
export function dateOf(text: string, what: string, line: number, out: StatementCollector): string | null {
  if (!text) return null;
  // A file has few dates, and many times each.
  if (text === lastDate.text) return lastDate.date;
  const date = readIsoDate(text);
  if (date) lastDate = { text, date };
  else out.error('date_unreadable', line, `${what} “${text.slice(0, 40)}” is no date`);
  return date;
}
