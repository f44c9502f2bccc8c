import { UnreadableFile } from './reading.types.ts';
import {
  endOfTag,
  isXmlName,
  NOT_XML,
  readAttributes,
  withReferences,
  XML_DECLARATION,
  type XmlAttributes,
} from './xml-grammar.ts';
import { type Run, XmlNames, XmlRuns } from './xml-runs.ts';

/** Told of what the scanner finds. */
export interface XmlEvents {
  open(name: string, attributes: XmlAttributes): void;
  close(): void;
  /** Whether text directly inside the element that is open is of use; it is checked in any case. */
  readonly wantsText: boolean;
  /** Text with its entities and line ends resolved; may come in several pieces. */
  text(text: string): void;
}

const NO_ATTRIBUTES: XmlAttributes = Object.freeze({});
const BLANK = /^[ \t\r\n]*$/;

/** How much is looked at together with what the last piece has cut. */
const BRIDGE_CHARS = 1_024;
const [BANG, QUESTION, SLASH, GT, LT, SPACE] = [0x21, 0x3f, 0x2f, 0x3e, 0x3c, 0x20];
/** By ASCII character: 1 may stand in a name, 2 may begin one too. */
const NAME_CHARS = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  return /[A-Za-z_:]/.test(char) ? 2 : /[-.0-9]/.test(char) ? 1 : 0;
});

/**
 * Reads XML 1.0 piece by piece and refuses what is not well-formed; a DOCTYPE is refused whole, since statements have none and attacks do.
 * Made for files of millions of entries that are alike: it searches for the next `<` instead of stepping from character to character, and
 * knows markup that came before as a whole.
 */
export class XmlScanner {
  private readonly events: XmlEvents;
  /** What is not read to its end yet, with the last piece. */
  private buffer = '';
  /** Up to where `buffer` is read, and how much text came before it. */
  private at = 0;
  private before = 0;
  private lineAt = 0;
  private lineCount = 1;
  private readonly open: string[] = [];
  private hasRoot = false;
  private mayHaveReferences = false;
  private mayHaveSectionEnds = false;
  private readonly names = new XmlNames();
  private readonly runs = new XmlRuns();
  private isBehindText = false;

  constructor(events: XmlEvents) {
    this.events = events;
  }

  /** Counts lines that came before what is written. */
  passLines(count: number): void {
    this.lineCount += count;
  }

  /** Line of the place up to which everything is read, from 1. */
  get line(): number {
    for (;;) {
      const end = this.buffer.indexOf('\n', this.lineAt);
      if (end === -1 || end >= this.at) break;
      this.lineCount += 1;
      this.lineAt = end + 1;
    }
    this.lineAt = Math.max(this.lineAt, this.at);
    return this.lineCount;
  }

  /** That place, in characters from the start. */
  get position(): number {
    return this.before + this.at;
  }

  /** How many characters of a text, tag or comment have come without its end. */
  get waiting(): number {
    return this.buffer.length - this.at;
  }

  write(text: string): void {
    if (NOT_XML.test(text)) this.fail('a character that XML does not allow');
    const rest = this.buffer.slice(this.at);
    this.drop(this.at);
    // A text that was put together is slow to read: only what the last piece has cut is, with what comes next.
    if (rest !== '') this.read(rest + text.slice(0, BRIDGE_CHARS));
    if (this.at < rest.length) this.read(rest + text);
    else {
      this.drop(rest.length);
      this.read(text);
    }
  }

  /** Throws where something is still open. */
  end(): void {
    const rest = this.buffer.slice(this.at);
    if (!BLANK.test(rest))
      this.fail(rest.startsWith('<') ? 'the last tag has no end' : 'text behind the last tag');
    const last = this.open.at(-1);
    if (last !== undefined) this.fail(`${last} is not closed`);
    if (!this.hasRoot) this.fail('there is no element');
  }

  /** Forgets so much of the buffer; its lines are counted now, since they can't be later. */
  private drop(count: number): void {
    void this.line;
    this.before += count;
    this.at -= count;
    this.lineAt -= count;
    this.runs.drop(count);
  }

  /** Reads on in a buffer that begins as the one before did. */
  private read(buffer: string): void {
    this.buffer = buffer;
    this.mayHaveReferences = buffer.includes('&');
    this.mayHaveSectionEnds = buffer.includes(']]>');
    while (this.step());
  }

  /** Reads up to the end of the next tag; false when that has not come yet. */
  private step(): boolean {
    const { buffer } = this;
    let start = this.at;
    if (buffer.charCodeAt(start) !== LT) {
      start = buffer.indexOf('<', start);
      if (start === -1) return false;
      this.takeText(start);
    }
    if (this.isBehindText) {
      this.isBehindText = false;
      const run = this.runs.expect(buffer, start);
      if (run) return this.repeat(run, start);
    }
    const code = buffer.charCodeAt(start + 1);
    if (code === SLASH) return this.closeTag(start + 2);
    if (code === BANG) return this.declaration(start);
    if (code === QUESTION) return this.instruction(start);
    return this.openTag(start + 1);
  }

  private repeat({ markup }: Run, start: number): boolean {
    for (const found of markup) {
      this.at = start + found.end;
      if (found.kind === 'open') this.begin(found.name, found.attributes);
      else if (found.kind === 'close') this.finish(found.name);
      else if (this.events.wantsText) this.events.text(found.text);
    }
    return true;
  }

  /** Text up to a place. Between elements nobody asks for it, and most of it is never looked at. */
  private takeText(end: number): void {
    const start = this.at;
    const isOutside = this.open.length === 0;
    this.at = end;
    const isOfUse = isOutside || this.events.wantsText || this.runs.isRecording;
    if (!isOfUse && !this.mayHaveReferences && !this.mayHaveSectionEnds) return;
    const text = this.buffer.slice(start, end);
    if (isOutside && !BLANK.test(text)) this.fail('text outside of all elements');
    if (this.mayHaveSectionEnds && text.includes(']]>')) this.fail(']]> in a text');
    const resolved =
      withReferences(text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text) ??
      this.fail('a reference to nothing');
    if (isOutside) return;
    const isBlank = text.charCodeAt(0) <= SPACE && BLANK.test(text);
    if (this.events.wantsText && !isBlank) {
      this.runs.finish(this.buffer, start);
      this.isBehindText = true;
    }
    // Recorded also where nobody asks for it: where the same stands again, somebody may.
    this.runs.record({ kind: 'text', text: resolved, end });
    if (this.events.wantsText) this.events.text(resolved);
  }

  private closeTag(start: number): boolean {
    const { buffer } = this;
    const name = this.open.at(-1) ?? '';
    let end = start + name.length;
    let isSame = buffer.startsWith(name, start);
    if (buffer.charCodeAt(end) !== GT) {
      end = buffer.indexOf('>', start);
      if (end === -1) return false;
      isSame &&= BLANK.test(buffer.slice(start + name.length, end));
    }
    if (!isSame) this.fail(`</${buffer.slice(start, Math.min(end, start + 60))}> is not what is open`);
    this.at = end + 1;
    this.runs.record({ kind: 'close', name, end: this.at });
    this.finish(name);
    return true;
  }

  private finish(name: string): void {
    if (this.open.pop() !== name) this.fail(`</${name.slice(0, 60)}> is not what is open`);
    this.events.close();
  }

  private openTag(start: number): boolean {
    const { buffer } = this;
    let end = start;
    let hash = 0;
    let code = buffer.charCodeAt(end);
    while (code < 128 && NAME_CHARS[code] !== 0) {
      hash = (hash * 31 + code) | 0;
      end += 1;
      code = buffer.charCodeAt(end);
    }
    if (code === GT && NAME_CHARS[buffer.charCodeAt(start)] === 2) {
      this.at = end + 1;
      this.find(this.names.at(buffer, start, end, hash), NO_ATTRIBUTES);
      return true;
    }
    const tagEnd = endOfTag(buffer, end);
    if (tagEnd === -1) return false;
    if (buffer.charCodeAt(tagEnd) === LT) this.fail('< inside a tag');
    this.at = tagEnd + 1;
    const isEmpty = buffer.charCodeAt(tagEnd - 1) === SLASH;
    const inside = buffer.slice(start, isEmpty ? tagEnd - 1 : tagEnd);
    const nameEnd = inside.search(/[ \t\r\n]|$/);
    const name = inside.slice(0, nameEnd);
    if (!isXmlName(name)) this.fail(`<${name.slice(0, 60)} is no name of an element`);
    this.find(
      name,
      readAttributes(inside.slice(nameEnd)) ?? this.fail('an attribute that is none, or twice'),
    );
    if (isEmpty) {
      this.runs.record({ kind: 'close', name, end: this.at });
      this.finish(name);
    }
    return true;
  }

  private find(name: string, attributes: XmlAttributes): void {
    this.runs.record({ kind: 'open', name, attributes, end: this.at });
    this.begin(name, attributes);
  }

  private begin(name: string, attributes: XmlAttributes): void {
    if (this.open.length === 0) {
      if (this.hasRoot) this.fail('a second element outside of all elements');
      this.hasRoot = true;
    }
    this.open.push(name);
    this.events.open(name, attributes);
  }

  /** A comment, a section of character data, or what is refused. */
  private declaration(start: number): boolean {
    const { buffer } = this;
    this.runs.forget();
    if (buffer.startsWith('<!--', start)) {
      const end = buffer.indexOf('--', start + 4);
      if (end === -1 || end + 2 >= buffer.length) return false;
      if (buffer.charCodeAt(end + 2) !== GT) this.fail('-- inside a comment');
      this.at = end + 3;
      return true;
    }
    if (buffer.startsWith('<![CDATA[', start)) {
      const end = buffer.indexOf(']]>', start + 9);
      if (end === -1) return false;
      this.at = end + 3;
      if (this.open.length === 0) this.fail('character data outside of all elements');
      if (this.events.wantsText) this.events.text(buffer.slice(start + 9, end).replace(/\r\n?/g, '\n'));
      return true;
    }
    const begun = buffer.slice(start, start + 9);
    if (begun === '<!DOCTYPE') {
      throw new UnreadableFile('xml_doctype', 'a DOCTYPE has no place in this file: refused', this.line);
    }
    if (!['<!--', '<![CDATA[', '<!DOCTYPE'].some((whole) => whole.startsWith(begun)))
      this.fail('<! of no kind');
    return false;
  }

  private instruction(start: number): boolean {
    const { buffer } = this;
    this.runs.forget();
    const end = buffer.indexOf('?>', start + 2);
    if (end === -1) return false;
    const inside = buffer.slice(start + 2, end);
    const target = inside.slice(0, inside.search(/[ \t\r\n]|$/));
    if (target.toLowerCase() === 'xml') {
      if (this.before + start > 0 || !XML_DECLARATION.test(inside))
        this.fail('an XML declaration out of place');
    } else if (!isXmlName(target)) this.fail('a processing instruction without a name');
    this.at = end + 2;
    return true;
  }

  private fail(what: string): never {
    throw new UnreadableFile('xml_malformed', `not well-formed XML: ${what}`, this.line);
  }
}
