import { SaxesParser } from 'saxes';

/** An element of a message: what stands in it is text, or further elements. */
export interface XmlElement {
  readonly name: string;
  /** As it was written, blanks included; empty where there are children. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** What a message may at most be; elements cost time, and characters memory. */
export interface XmlLimits {
  maxChars: number;
  maxDepth: number;
  maxElements: number;
}

/** An element as values: the text of one that has no children, else its members by name, each a list. */
export type XmlValue = string | { readonly [name: string]: readonly XmlValue[] };

/**
 * Reads a message of elements alone. Throws RangeError on whatever else XML could hold: a DOCTYPE (and with it any
 * entity), attributes, processing instructions, text beside elements; and on what is too long, too deep or not well formed.
 * Texts stay texts: `100.10` is never a number here.
 */
export function parseXml(text: string, limits: XmlLimits): XmlElement {
  if (text.length > limits.maxChars) throw new RangeError('XML: too long');
  const parser = new SaxesParser();
  const open: { name: string; text: string; children: XmlElement[] }[] = [
    { name: '', text: '', children: [] },
  ];
  let elements = 0;
  const refuse = (what: string) => () => {
    throw new RangeError(`XML: ${what}`);
  };
  parser.on('error', (error) => {
    throw new RangeError(`XML: ${error.message}`);
  });
  parser.on('doctype', refuse('a DOCTYPE'));
  parser.on('processinginstruction', refuse('a processing instruction'));
  parser.on('opentag', ({ name, attributes }) => {
    if (Object.keys(attributes).length > 0) refuse('an attribute')();
    if (open.length > limits.maxDepth) refuse('too deep')();
    if (++elements > limits.maxElements) refuse('too many elements')();
    open.push({ name, text: '', children: [] });
  });
  const takeText = (piece: string) => {
    const element = open.at(-1);
    if (element && open.length > 1) element.text += piece;
  };
  parser.on('text', takeText);
  parser.on('cdata', takeText);
  parser.on('closetag', () => {
    const element = open.pop();
    if (!element) return;
    const hasChildren = element.children.length > 0;
    if (hasChildren && element.text.trim() !== '') refuse('text beside elements')();
    open.at(-1)?.children.push(hasChildren ? { ...element, text: '' } : element);
  });
  parser.write(text).close();
  const [root] = open[0]?.children ?? [];
  if (!root) throw new RangeError('XML: no element');
  return root;
}

/** An element as values: names come in any order, and may come again. */
export function xmlValue({ text, children }: XmlElement): XmlValue {
  if (children.length === 0) return text;
  const members = new Map<string, XmlValue[]>();
  for (const child of children) {
    const others = members.get(child.name);
    if (others) others.push(xmlValue(child));
    else members.set(child.name, [xmlValue(child)]);
  }
  return Object.fromEntries(members);
}

/** Writes an element; the inverse of `parseXml`. Names must be names: they are ours. */
export function formatXml({ name, text, children }: XmlElement): string {
  const inside = children.length > 0 ? children.map(formatXml).join('') : escapeXml(text);
  return `<${name}>${inside}</${name}>`;
}

/** A carriage return would come back as a line feed, were it not written as a reference (XML 1.0, 2.11). */
function escapeXml(text: string): string {
  return text.replaceAll(/[&<>\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}
