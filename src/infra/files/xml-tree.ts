import { LIMITS } from './limits.ts';
import { UnreadableFile } from './reading.types.ts';
import type { XmlAttributes } from './xml-grammar.ts';
import { type XmlEvents, XmlScanner } from './xml-scanner.ts';

/** What to do at one element, and which elements inside it matter; all others are passed over, with all they hold. */
export interface XmlNode {
  children?: Readonly<Record<string, XmlNode>>;
  open?: (attributes: XmlAttributes, at: XmlPlace) => void;
  /** Given the text directly inside, trimmed. */
  close?: (text: string, at: XmlPlace) => void;
  /** Only marks up the text of the element around it: that is its text too. */
  isMark?: boolean;
}

export interface XmlPlace {
  line: number;
  /** Behind the tag, in characters from the start of the text. */
  position: number;
}

/** A node in its tree; fields in one order, so that all of them are of one shape. */
interface Compiled {
  parent: Compiled | null;
  children: Map<string, Compiled>;
  open: XmlNode['open'];
  close: XmlNode['close'];
  isMark: boolean;
}

/**
 * Walks XML as it comes, in the memory of one token: a tree of nodes says what matters. Elements in another namespace than
 * that of the first known element are passed over, unless the format mixes several. A DOCTYPE is refused: statements have none, and attacks do.
 */
export class XmlTreeReader implements XmlPlace, XmlEvents {
  private readonly scanner = new XmlScanner(this);
  private node: Compiled;
  private readonly top: Compiled;
  private depth = 0;
  /** How deep inside elements that do not matter. */
  private skipped = 0;
  private prefix: string | null = null;
  private readonly rootName: string;
  private content = '';
  private hasBegun = false;

  private readonly isMixed: boolean;

  /** `rootName` may stand below an envelope of others' making. `isMixed`: elements of several namespaces matter, told by their names. */
  constructor(rootName: string, root: XmlNode, { isMixed = false } = {}) {
    this.rootName = rootName;
    this.isMixed = isMixed;
    this.top = compile({ children: { [rootName]: root } }, null);
    this.node = this.top;
  }

  get line(): number {
    return this.scanner.line;
  }

  get position(): number {
    return this.scanner.position;
  }

  /** Takes the next piece; returns what of it counts for positions: blanks before the declaration are dropped. */
  write(chunk: string): string {
    let text = chunk;
    if (!this.hasBegun) {
      text = chunk.trimStart();
      this.scanner.passLines(chunk.slice(0, chunk.length - text.length).split('\n').length - 1);
      if (text === '') return '';
      this.hasBegun = true;
    }
    this.scanner.write(text);
    if (this.scanner.waiting > LIMITS.xmlTokenChars) {
      throw new UnreadableFile(
        'xml_token_too_long',
        'a text, tag or comment too long for a statement',
        this.line,
      );
    }
    return text;
  }

  end(): void {
    this.scanner.end();
  }

  get wantsText(): boolean {
    return this.skipped === 0 && (this.node.close !== undefined || this.node.isMark);
  }

  text(text: string): void {
    this.content += text;
  }

  open(name: string, attributes: XmlAttributes): void {
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
      return;
    }
    const known = this.node.children.get(this.prefix === '' && !this.isMixed ? name : this.localName(name));
    if (!known) {
      // Above the root anything may stand; beside what is known, nothing of it matters.
      if (this.prefix !== null) this.skipped = 1;
      return;
    }
    this.node = known;
    if (known.isMark) return;
    this.content = '';
    if (known.open) known.open(attributes, this);
  }

  close(): void {
    this.depth -= 1;
    if (this.skipped > 0) {
      this.skipped -= 1;
      return;
    }
    const { parent, close, isMark } = this.node;
    if (parent === null) return;
    if (isMark) {
      this.node = parent;
      return;
    }
    if (close) close(this.content.trim(), this);
    this.content = '';
    this.node = parent;
    if (parent === this.top) this.prefix = null;
  }

  private localName(name: string): string {
    if (this.prefix === null) {
      const [, prefix = '', local = ''] = /^(?:(.*):)?(.*)$/.exec(name) ?? [];
      if (local === this.rootName) this.prefix = prefix === '' ? '' : `${prefix}:`;
      return local;
    }
    if (this.isMixed) return name.slice(name.indexOf(':') + 1);
    return name.startsWith(this.prefix) ? name.slice(this.prefix.length) : '';
  }
}

/** The value of an attribute, whatever prefix its name has. */
export function attributeOf(attributes: XmlAttributes, name: string): string | undefined {
  const key = Object.keys(attributes).find((each) => each === name || each.endsWith(`:${name}`));
  return key === undefined ? undefined : attributes[key];
}

/** A count in an attribute; undefined where there is none. */
export function countIn(attributes: XmlAttributes, name: string): number | undefined {
  const digits = attributeOf(attributes, name);
  return digits !== undefined && /^\d{1,7}$/.test(digits) ? Number(digits) : undefined;
}

/** Elements that mark up text, one inside another. */
export function marks(names: readonly string[], deep: number): Readonly<Record<string, XmlNode>> {
  if (deep === 0) return {};
  const children = marks(names, deep - 1);
  return Object.fromEntries(names.map((name) => [name, { isMark: true, children }]));
}

function compile(node: XmlNode, parent: Compiled | null): Compiled {
  const { children = {}, open, close, isMark = false } = node;
  const compiled: Compiled = { parent, children: new Map(), open, close, isMark };
  for (const [name, child] of Object.entries(children)) compiled.children.set(name, compile(child, compiled));
  return compiled;
}
