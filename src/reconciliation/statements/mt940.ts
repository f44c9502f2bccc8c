import { LineSplitter, readSwiftAmount, UnreadableFile } from '../../infra/files/index.ts';
import { excerpt, type StatementCollector } from './collector.ts';
import { readDetails } from './mt940.details.ts';
import { BALANCE_KINDS, readBalance, readEntry, type SwiftBalance, type SwiftField } from './mt940.fields.ts';
import type { RowDraft, StatementParser } from './statement.types.ts';

const FIELD = /^:(\d{2}[A-Z]?|NS):(.*)$/s;
/** `-`, `-}`, and what banks put behind it (`-XXX`). */
const MESSAGE_END = /^-(\}.*|[A-Z]{0,3}\s*)$/s;
const KNOWN_TAGS = /^(13D?|20|21|25P?|28C?|34F|60[FM]|61|62[FM]|64|65|86|90[CD]|NS)$/;
/** `:86:` has six lines by the book, sixty-five in the wild. */
const MAX_FIELD_LINES = 500;

interface Message {
  line: number;
  /** Begun by `{4:`, and so to be ended by `-}`. */
  isWrapped: boolean;
  isInterim: boolean;
  account: string | null;
  currency: string | null;
  seen: Set<string>;
  closing: SwiftBalance | null;
  isLastPage: boolean;
}

/** MT940 and MT942: end of day and during the day. Any number of messages in a file, bare or in SWIFT blocks. */
export class Mt940Parser implements StatementParser {
  private readonly out: StatementCollector;
  private readonly lines = new LineSplitter((text, line) => this.takeLine(text, line));
  private message: Message | null = null;
  private field: SwiftField | null = null;
  private entry: { draft: RowDraft; raw: string[]; details: string[] } | null = null;
  /** The last page's closing, by account, until the next page opens with it. */
  private openPages = new Map<string, { balance: SwiftBalance; line: number }>();
  private hasLoneColon = false;
  private endedMessages = 0;
  private unendedLines: number[] = [];

  constructor(out: StatementCollector) {
    this.out = out;
  }

  write(text: string): void {
    this.lines.write(text);
  }

  end(): void {
    this.lines.end();
    this.endMessage(false);
    if (this.endedMessages + this.unendedLines.length === 0) {
      throw new UnreadableFile('statement_missing', 'no MT940 or MT942 message is in the file');
    }
    // A bank either ends its messages with `-` or does not: one that lacks it among others was cut.
    for (const line of this.unendedLines) {
      if (this.endedMessages > 0) {
        this.out.error(
          'file_cut_short',
          line,
          'the message that begins here has no end (“-”), others of the file do',
        );
      } else this.out.warn('end_missing', line, 'the message that begins here has no end (“-”)');
    }
    for (const [, { line }] of this.openPages) {
      this.out.error('page_missing', line, 'a page closes with :62M:, and the next one is not in the file');
    }
  }

  /** What came out of a home banking dialogue has `@@` where lines end. */
  private takeLine(rawText: string, line: number): void {
    const text = stripControls(rawText);
    if (/^@@|@@:\d\d[A-Z]?:/.test(text)) for (const part of text.split('@@')) this.takeText(part, line);
    else this.takeText(text, line);
  }

  private takeText(plain: string, line: number): void {
    let text = plain;
    // One bank breaks its lines inside the tag.
    if (this.hasLoneColon && /^\d{2}[A-Z]?:/.test(text)) text = `:${text}`;
    this.hasLoneColon = text === ':';
    if (this.hasLoneColon) return;
    if (/^\{[1-5]:/.test(text)) {
      this.takeBlocks(text, line);
      return;
    }
    const found = FIELD.exec(text);
    // A line of an entry's text may happen to begin like a field: “:26:37”, the end of a time.
    const isText = this.entry && this.field?.tag === '86' && /^\d\d$/.test(found?.[1] ?? '');
    if (found && (!isText || KNOWN_TAGS.test(found[1] ?? ''))) {
      this.endField();
      if (found[1] === '20' && this.message?.seen.size) this.endMessage(false);
      this.field = { tag: found[1] ?? '', lines: [found[2] ?? ''], line, raw: [text] };
      return;
    }
    if (MESSAGE_END.test(text) && (this.message || this.field) && !this.isInDetails(text)) {
      this.endMessage(true);
      return;
    }
    // Between messages banks write what they like (“ABNANL2A”, “940”).
    if (!this.field) return;
    if (this.field.lines.length >= MAX_FIELD_LINES) {
      throw new UnreadableFile(
        'field_too_long',
        `:${this.field.tag}: runs over ${MAX_FIELD_LINES} lines`,
        line,
      );
    }
    this.field.lines.push(text);
    this.field.raw.push(text);
  }

  /** Some banks let a text of an entry begin its line with a dash: before the closing balance that ends no message. */
  private isInDetails(text: string): boolean {
    const { message, entry, field } = this;
    if (text.startsWith('-}') || !message || message.isInterim || message.seen.has('62')) return false;
    return entry !== null && field?.tag === '86';
  }

  /** `{1:F01…}{2:I940…}{4:` opens a message; blocks that hold no statement are passed over. */
  private takeBlocks(text: string, line: number): void {
    const start = text.indexOf('{4:');
    if (start === -1) return;
    this.endMessage(false);
    this.openMessage(line).isWrapped = true;
    const rest = text.slice(start + 3);
    if (rest !== '') this.takeLine(rest, line);
  }

  private openMessage(line: number): Message {
    if (this.message) return this.message;
    this.out.beginStatement(line);
    this.message = {
      line,
      isWrapped: false,
      isInterim: false,
      account: null,
      currency: null,
      seen: new Set(),
      closing: null,
      isLastPage: true,
    };
    return this.message;
  }

  private endField(): void {
    const field = this.field;
    this.field = null;
    if (!field) return;
    const message = this.openMessage(field.line);
    if (field.tag === '86' && this.entry) {
      this.entry.details.push(...field.lines);
      this.entry.raw.push(...field.raw);
      return;
    }
    this.endEntry();
    this.takeField(field, message);
    message.seen.add(field.tag.slice(0, 2));
  }

  private takeField(field: SwiftField, message: Message): void {
    const value = (field.lines[0] ?? '').trim();
    const { tag } = field;
    if (tag === '61') {
      const draft = readEntry(field, message.currency, this.out);
      if (draft) this.entry = { draft, raw: field.raw, details: [] };
    } else if (tag in BALANCE_KINDS) this.takeBalance(field, message);
    else if (tag === '20') this.out.nameStatement({ id: value || null });
    else if (tag === '28' || tag === '28C') this.out.nameStatement({ sequence: value || null });
    else if (tag === '25' || tag === '25P') {
      message.account = value;
      this.out.nameStatement({ account: value || null });
    } else if (tag === '34F') {
      message.isInterim = true;
      this.out.format = 'mt942';
      message.currency ??= /^[A-Z]{3}/.exec(value)?.[0] ?? null;
    } else if (tag === '90C' || tag === '90D') this.takeSum(field, message);
    else if (!KNOWN_TAGS.test(tag))
      this.out.warn('field_unknown', field.line, `:${tag}: is not a field of MT940`);
  }

  private takeBalance(field: SwiftField, message: Message): void {
    const kind = BALANCE_KINDS[field.tag] ?? 'other';
    const balance = readBalance(field, this.out);
    if (!balance) return;
    if (kind === 'opening' || kind === 'openingPage') message.currency = balance.currency;
    if (kind === 'openingPage') this.continuePage(message, balance, field.line);
    if (kind === 'closing' || kind === 'closingPage') {
      message.closing = balance;
      message.isLastPage = kind === 'closing';
    }
    this.out.balance(kind, balance.amountMinor, balance.currency, balance.on, field.line);
  }

  /** A page has to open with what the page before it closed with. The first of a file may continue an earlier file. */
  private continuePage(message: Message, opening: SwiftBalance, line: number): void {
    const before = this.openPages.get(message.account ?? '');
    if (!before) return;
    this.openPages.delete(message.account ?? '');
    if (before.balance.amountMinor !== opening.amountMinor || before.balance.currency !== opening.currency) {
      this.out.error(
        'page_missing',
        line,
        `opens with another balance than the page before closed with (line ${before.line})`,
      );
    }
  }

  /** `:90D:3PLN0,03`: number and sum of the entries. */
  private takeSum(field: SwiftField, message: Message): void {
    const [, count = '', currency = '', digits = ''] =
      /^(\d{0,9})([A-Z]{3}) ?([\d,.]*)/.exec(field.lines[0] ?? '') ?? [];
    const text = field.lines[0] ?? '';
    if (!currency) {
      this.out.error('sum_unreadable', field.line, `:${field.tag}: “${excerpt(text)}” is not a sum`);
      return;
    }
    message.isInterim = true;
    const sumMinor = this.out.amount(readSwiftAmount(digits, currency), digits, field.line, `:${field.tag}:`);
    if (sumMinor === null) return;
    const side = field.tag === '90C' ? 'credit' : 'debit';
    // Some banks leave the number out.
    if (count !== '') this.out.declare({ line: field.line, [`${side}Count`]: Number(count) });
    this.out.declare({ line: field.line, [`${side}Minor`]: sumMinor });
  }

  private endEntry(): void {
    const entry = this.entry;
    this.entry = null;
    if (!entry) return;
    const { draft } = entry;
    if (draft.currency === null) {
      this.out.error(
        'currency_missing',
        draft.line,
        'no opening balance says the currency: read with two decimals',
      );
    }
    const details = readDetails(entry.details);
    this.out.row({
      ...draft,
      ref: draft.ref ?? details.customerRef ?? details.endToEndRef,
      counterparty: details.counterparty,
      memo: details.memo ?? draft.memo ?? null,
      raw: entry.raw.join('\n'),
    });
  }

  private endMessage(hasEnd: boolean): void {
    this.endField();
    this.endEntry();
    const { message } = this;
    this.message = null;
    if (!message) return;
    if (hasEnd) this.endedMessages += 1;
    else if (message.isWrapped)
      this.out.error('file_cut_short', message.line, 'the message that begins here lacks its “-}”');
    else this.unendedLines.push(message.line);
    this.checkWhole(message, hasEnd);
    if (!message.isLastPage && message.closing) {
      this.openPages.set(message.account ?? '', { balance: message.closing, line: message.line });
    }
    this.out.endStatement();
  }

  private checkWhole(message: Message, hasEnd: boolean): void {
    const { seen, line } = message;
    const lacking = (tags: readonly string[]) =>
      tags.filter((tag) => !seen.has(tag)).map((tag) => `:${tag}:`);
    const missing = lacking(message.isInterim ? ['25'] : ['25', '60', '62']);
    const begins = 'the message that begins here has no';
    if (missing.length > 0) this.out.error('field_missing', line, `${begins} ${missing.join(', ')}`);
    // Names only: the money is whole without them.
    const unnamed = lacking(['20', '28']);
    if (unnamed.length > 0) this.out.warn('name_missing', line, `${begins} ${unnamed.join(', ')}`);
    if (message.isInterim && !hasEnd && !seen.has('90')) {
      this.out.error(
        'file_cut_short',
        line,
        'neither sums (:90C:, :90D:) nor an end (“-”) close the message that begins here',
      );
    }
  }
}

/** Without the controls that some banks send a message in (SOH, ETX). */
function stripControls(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isControl(text.charCodeAt(start))) start += 1;
  while (end > start && isControl(text.charCodeAt(end - 1))) end -= 1;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

function isControl(code: number): boolean {
  return code < 32 && code !== 9;
}
