import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { LIMITS } from './limits.ts';
import { UnreadableFile } from './statement.types.ts';

/** What to do at one element, and which elements inside it matter; all others are passed over, with all they hold. */
export interface XmlNode {
  children?: Readonly<Record<string, XmlNode>>;
  open?: (attributes: Readonly<Record<string, string>>, at: XmlPlace) => void;
  /** Given the text directly inside, trimmed. */
  close?: (text: string, at: XmlPlace) => void;
}

export interface XmlPlace {
  line: number;
  /** Behind the tag, in characters from the start of the text. */
  position: number;
}

type Compiled = { children: Map<string, Compiled>; open: XmlNode['open']; close: XmlNode['close'] };

/**
 * Walks XML as it comes, in the memory of one token: a tree of nodes says what matters. Elements in another namespace than
 * that of the first known element are passed over. A DOCTYPE is refused: statements have none, and attacks do.
 */
export class XmlTreeReader {
  private readonly parser = new SaxesParser();
  private node: Compiled;
  private readonly above: Compiled[] = [];
  private depth = 0;
  /** How deep inside elements that do not matter. */
  private skipped = 0;
  private text = '';
  private prefix: string | null = null;
  private readonly rootName: string;
  private readonly place: XmlPlace = { line: 0, position: 0 };
  private lastPosition = 0;
  private lineOffset = 0;
  private hasBegun = false;

  /** `rootName` may stand below an envelope of others' making. */
  constructor(rootName: string, root: XmlNode) {
    this.rootName = rootName;
    this.node = compile({ children: { [rootName]: root } });
    this.parser.on('doctype', () => {
      throw new UnreadableFile('xml_doctype', 'a DOCTYPE has no place in this file: refused', this.line);
    });
    this.parser.on('opentag', (tag) => this.openTag(tag));
    this.parser.on('text', (text) => {
      if (this.skipped === 0) this.text += text;
    });
    this.parser.on('cdata', (text) => {
      if (this.skipped === 0) this.text += text;
    });
    this.parser.on('closetag', () => this.closeTag());
  }

  get line(): number {
    return this.parser.line + this.lineOffset;
  }

  /** The position of the start of the text that the reader counts from: blanks before the declaration are dropped. */
  write(chunk: string): string {
    let text = chunk;
    if (!this.hasBegun) {
      text = chunk.trimStart();
      this.lineOffset += chunk.slice(0, chunk.length - text.length).split('\n').length - 1;
      if (text === '') return '';
      this.hasBegun = true;
    }
    this.run(() => this.parser.write(text));
    if (this.parser.position - this.lastPosition > LIMITS.xmlTokenChars) {
      throw new UnreadableFile(
        'xml_token_too_long',
        'a text, tag or comment too long for a statement',
        this.line,
      );
    }
    return text;
  }

  end(): void {
    this.run(() => this.parser.close());
  }

  private run(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (error instanceof UnreadableFile) throw error;
      const message = (error as Error).message.replace(/^\d+:\d+: /, '');
      throw new UnreadableFile('xml_malformed', `not well-formed XML: ${message}`, this.line);
    }
  }

  private here(): XmlPlace {
    this.place.line = this.line;
    this.place.position = this.parser.position;
    this.lastPosition = this.place.position;
    return this.place;
  }

  private openTag({ name, attributes }: SaxesTagPlain): void {
    this.depth += 1;
    if (this.depth > LIMITS.xmlDepth) {
      throw new UnreadableFile(
        'xml_too_deep',
        `elements nested more than ${LIMITS.xmlDepth} deep`,
        this.line,
      );
    }
    if (this.skipped > 0) {
      this.skipped += 1;
      this.lastPosition = this.parser.position;
      return;
    }
    const at = this.here();
    const known = this.node.children.get(this.localName(name));
    if (!known) {
      // Above the root anything may stand; beside what is known, nothing of it matters.
      if (this.prefix !== null) this.skipped = 1;
      return;
    }
    this.above.push(this.node);
    this.node = known;
    this.text = '';
    known.open?.(attributes, at);
  }

  private closeTag(): void {
    this.depth -= 1;
    if (this.skipped > 0) {
      this.skipped -= 1;
      this.lastPosition = this.parser.position;
      return;
    }
    if (this.above.length === 0) return;
    const at = this.here();
    const { close } = this.node;
    if (close) close(this.text.trim(), at);
    this.text = '';
    this.node = this.above.pop() ?? this.node;
    if (this.above.length === 0) this.prefix = null;
  }

  private localName(name: string): string {
    if (this.prefix === null) {
      const [, prefix = '', local = ''] = /^(?:(.*):)?(.*)$/.exec(name) ?? [];
      if (local === this.rootName) this.prefix = prefix === '' ? '' : `${prefix}:`;
      return local;
    }
    if (this.prefix === '') return name;
    return name.startsWith(this.prefix) ? name.slice(this.prefix.length) : '';
  }
}

function compile({ children = {}, open, close }: XmlNode): Compiled {
  const compiled = Object.entries(children).map(([name, node]) => [name, compile(node)] as const);
  return { children: new Map(compiled), open, close };
}
