import {
  readDecimal,
  UnreadableFile,
  type XmlNode,
  type XmlPlace,
  XmlTreeReader,
} from '../../infra/files/index.ts';
import {
  amountNode,
  type CamtEntry,
  dateNode,
  dateOf,
  entryChildren,
  newEntry,
  readCamtAmount,
  rowOf,
} from './camt.entry.ts';
import { BALANCE_KINDS, type Balance, MESSAGES, type Message, newBalance } from './camt.messages.ts';
import type { StatementCollector } from './collector.ts';
import { LIMITS } from './limits.ts';
import type { BalanceKind, DeclaredTotals, StatementParser } from './statement.types.ts';

/** camt.052, .053 and .054, versions 1 to 12 and what comes: their statements differ only in where a name stands. */
export class CamtParser implements StatementParser {
  private readonly out: StatementCollector;
  private readonly xml: XmlTreeReader;
  private message: Message | null = null;
  private statementCount = 0;
  private hasOpening = false;
  private hasAccount = false;
  private balance: Balance = newBalance(0);
  private tellClosing: ((as: BalanceKind) => void) | null = null;
  private tellInterim: ((as: BalanceKind) => void)[] = [];
  private summary: Record<string, string> = {};
  private summaryLine = 0;
  private entry: CamtEntry = newEntry(0);
  private entryStart: number | null = null;
  /** The text from `windowStart` on: what the open entry, or the last tag, began in. */
  private window = '';
  private windowStart = 0;

  constructor(out: StatementCollector) {
    this.out = out;
    this.xml = new XmlTreeReader('Document', {
      open: (attributes, { line }) => this.openDocument(attributes, line),
      children: Object.fromEntries(
        Object.entries(MESSAGES).flatMap(([name, message]) => {
          const node = this.messageNode(message);
          // The first version has its number in the name.
          return [
            [name, node],
            [`${name}V01`, node],
          ];
        }),
      ),
    });
  }

  write(text: string): void {
    const keepFrom =
      this.entryStart === null ? this.window.lastIndexOf('<') : this.entryStart - this.windowStart;
    const kept = keepFrom === -1 ? '' : this.window.slice(keepFrom);
    if (kept.length > LIMITS.entryChars) {
      throw new UnreadableFile('entry_too_long', 'an entry too long to be held', this.entry.line);
    }
    this.windowStart += this.window.length - kept.length;
    this.window = kept + text;
    const taken = this.xml.write(text);
    // What the reader dropped before the declaration has no position.
    if (taken.length < text.length) this.window = kept + taken;
  }

  end(): void {
    this.xml.end();
    if (!this.message)
      throw new UnreadableFile('statement_missing', 'the XML holds no camt.052, .053 or .054 message');
  }

  private openDocument(attributes: Readonly<Record<string, string>>, line: number): void {
    const namespace = Object.values(attributes).find((value) => /camt\.05\d\.\d{3}\.\d{2}/.test(value));
    const variant = namespace ? /camt\.05\d\.\d{3}\.\d{2}/.exec(namespace)?.[0] : undefined;
    if (variant) this.out.variant = variant;
    else this.out.warn('namespace_missing', line, 'Document does not say which version of camt it is');
  }

  private messageNode(message: Message): XmlNode {
    return {
      open: () => {
        this.message = message;
        this.out.format = message.code;
        this.statementCount = 0;
      },
      close: (_, { line }) => {
        if (this.statementCount === 0) {
          this.out.error(
            'element_missing',
            line,
            `${message.code} has no ${message.statement}: the message holds no statement`,
          );
        }
      },
      children: { [message.statement]: this.statementNode(message) },
    };
  }

  private statementNode(message: Message): XmlNode {
    const account = {
      close: (text: string) => {
        this.hasAccount = true;
        this.out.nameStatement({ account: text });
      },
    };
    return {
      open: (_, { line }) => {
        this.statementCount += 1;
        this.hasOpening = false;
        this.hasAccount = false;
        this.tellClosing = null;
        this.tellInterim = [];
        this.summary = {};
        this.out.beginStatement(line);
      },
      close: (_, { line }) => this.closeStatement(message, line),
      children: {
        Id: { close: (text) => this.out.nameStatement({ id: text }) },
        ElctrncSeqNb: { close: (text) => this.out.nameStatement({ sequence: text }) },
        Acct: { children: { Id: { children: accountIds(account) } } },
        StmtPgntn: this.pagesNode(),
        RptPgntn: this.pagesNode(),
        NtfctnPgntn: this.pagesNode(),
        Bal: this.balanceNode(),
        TxsSummry: this.summaryNode(),
        Ntry: {
          open: (_, at) => this.openEntry(at),
          close: (_, at) => this.closeEntry(at),
          children: entryChildren(() => this.entry),
        },
      },
    };
  }

  private pagesNode(): XmlNode {
    return {
      children: {
        LastPgInd: {
          close: (text, { line }) => {
            if (text === 'false' || text === '0') {
              this.out.warn('page_follows', line, 'this is not the last page of the statement');
            }
          },
        },
      },
    };
  }

  private balanceNode(): XmlNode {
    const set = {
      close: (text: string) => {
        this.balance.code = text;
      },
    };
    const code = { Cd: set, Prtry: set };
    return {
      open: (_, { line }) => {
        this.balance = newBalance(line);
      },
      close: () => this.closeBalance(),
      children: {
        Tp: { children: { CdOrPrtry: { children: code }, ...code } },
        Amt: amountNode((amount) => {
          this.balance.amount = amount;
        }),
        CdtDbtInd: {
          close: (text) => {
            this.balance.indicator = text;
          },
        },
        Dt: dateNode((text) => {
          this.balance.on = text;
        }),
      },
    };
  }

  private closeBalance(): void {
    const { line, code, amount, indicator, on } = this.balance;
    if (!amount || (indicator !== 'CRDT' && indicator !== 'DBIT')) {
      this.out.error('balance_unreadable', line, `Bal ${code} lacks its Amt or CdtDbtInd`);
      return;
    }
    const amountMinor = this.out.amount(readCamtAmount(amount), amount.text, line, `Bal ${code}`);
    if (amountMinor === null) return;
    let kind = BALANCE_KINDS[code] ?? 'other';
    // Some banks give both the day before's closing and the opening, or a pair for each day: the first and the last count.
    if (kind === 'opening' && this.hasOpening) kind = 'other';
    if (kind === 'opening') this.hasOpening = true;
    const signedMinor = indicator === 'DBIT' ? 0 - amountMinor : amountMinor;
    const date = dateOf(on, 'Bal/Dt', line, this.out);
    const tell = (as: BalanceKind) => this.out.balance(as, signedMinor, amount.currency, date, line);
    if (kind === 'closing') {
      this.tellClosing?.('other');
      this.tellClosing = tell;
    } else if (kind === 'interim') this.tellInterim.push(tell);
    else tell(kind);
  }

  private summaryNode(): XmlNode {
    const take = (key: string): XmlNode => ({
      close: (text) => {
        this.summary[key] = text;
      },
    });
    const side = (name: string): XmlNode => ({
      children: { NbOfNtries: take(`${name}Count`), Sum: take(`${name}Sum`) },
    });
    return {
      open: (_, { line }) => {
        this.summaryLine = line;
      },
      children: {
        TtlNtries: { children: { NbOfNtries: take('count') } },
        TtlCdtNtries: side('credit'),
        TtlDbtNtries: side('debit'),
      },
    };
  }

  private openEntry({ line, position }: XmlPlace): void {
    this.entry = newEntry(line);
    this.entryStart = this.windowStart + this.window.lastIndexOf('<', position - this.windowStart - 1);
  }

  private closeEntry({ position }: XmlPlace): void {
    const start = (this.entryStart ?? this.windowStart) - this.windowStart;
    const raw = this.window.slice(start, position - this.windowStart);
    this.entryStart = null;
    const row = rowOf(this.entry, raw, this.out);
    if (row) this.out.row(row);
  }

  /** Between the pages of a statement, interim balances (ITBD) stand where opening and closing are missing. */
  private placeInterim(isStatement: boolean): void {
    const others = this.tellInterim;
    if (isStatement && !this.tellClosing) {
      const last = others.pop();
      if (last) this.tellClosing = () => last('closingPage');
    }
    if (isStatement && !this.hasOpening) {
      const first = others.shift();
      this.hasOpening = first !== undefined;
      first?.('openingPage');
    }
    for (const tell of others) tell('interim');
  }

  private closeStatement(message: Message, line: number): void {
    this.placeInterim(message.hasBalances);
    if (!this.hasAccount) this.out.error('element_missing', line, `${message.statement} has no Acct/Id`);
    if (message.hasBalances && !this.hasOpening) {
      this.out.warn('balance_missing', line, `${message.statement} has no opening balance (OPBD or PRCD)`);
    }
    if (message.hasBalances && !this.tellClosing) {
      this.out.error('balance_missing', line, `${message.statement} has no closing balance (CLBD)`);
    }
    this.tellClosing?.('closing');
    this.declareSummary();
    this.out.endStatement();
  }

  /** `TxsSummry` counts every entry, whatever its status, and its sums have no currency of their own. */
  private declareSummary(): void {
    const { summary, summaryLine } = this;
    const { notBookedCount } = this.out.openSums();
    const currency = this.entry.amount?.currency ?? null;
    const declared: DeclaredTotals = { line: summaryLine };
    for (const [key, text] of Object.entries(summary)) {
      if (key !== 'count' && notBookedCount > 0) continue;
      const value = key.endsWith('Sum')
        ? this.out.amount(readDecimal(text, currency), text, summaryLine, 'TxsSummry')
        : Number(/^\d{1,15}$/.test(text) ? text : 'NaN');
      if (value !== null) Object.assign(declared, { [key.replace('Sum', 'Minor')]: value });
    }
    if (Object.keys(declared).length > 1) this.out.declare(declared);
  }
}

/** Where the number of an account stands; the first version has ways of its own. */
function accountIds(account: XmlNode): Readonly<Record<string, XmlNode>> {
  const inside = { children: { Id: account } };
  return { IBAN: account, BBAN: account, UPIC: account, PrtryAcct: inside, Othr: inside };
}
