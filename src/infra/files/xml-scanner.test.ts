import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { UnreadableFile } from './reading.types.ts';
import { XmlScanner } from './xml-scanner.ts';

/** Text inside of such elements nobody asks for. */
const UNWANTED = 'skipped';

/** What was found, one line each; texts that follow each other are one. Null: refused. */
type Found = string[] | null;

function push(found: string[], text: string): void {
  if (text === '') return;
  const last = found.at(-1);
  if (last?.startsWith('text ')) found[found.length - 1] = last + text;
  else found.push(`text ${text}`);
}

const opened = (name: string, attributes: Readonly<Record<string, string>>) =>
  `open ${name} ${JSON.stringify(Object.entries(attributes))}`;

function scan(pieces: readonly string[]): Found {
  const found: string[] = [];
  const within: string[] = [];
  const scanner = new XmlScanner({
    get wantsText() {
      return !within.includes(UNWANTED);
    },
    open(name, attributes) {
      within.push(name);
      found.push(opened(name, attributes));
    },
    close() {
      within.pop();
      found.push('close');
    },
    text: (text) => push(found, text),
  });
  try {
    for (const piece of pieces) scanner.write(piece);
    scanner.end();
  } catch (error) {
    expect(error).toBeInstanceOf(UnreadableFile);
    return null;
  }
  return found;
}

/** The same by a parser that is not ours. */
function parse(text: string): Found {
  const found: string[] = [];
  const within: string[] = [];
  const parser = new SaxesParser();
  parser.on('opentag', (tag) => {
    within.push(tag.name);
    found.push(opened(tag.name, tag.attributes));
  });
  parser.on('closetag', () => {
    within.pop();
    found.push('close');
  });
  const take = (part: string) => {
    if (within.length > 0 && !within.includes(UNWANTED)) push(found, part);
  };
  parser.on('text', take);
  parser.on('cdata', take);
  try {
    parser.write(text).close();
  } catch {
    return null;
  }
  return found;
}

const PARTS = [
  ['<a>', '</a>', '<bé:c.1>', '</bé:c.1>', '<a/>', '<a x="1"\n y=\'"\' />', '<a x="a>b">', '</a >'],
  [
    'text',
    ' ',
    '\n',
    '\r\n',
    '\r',
    '&amp;',
    '&#65;',
    '&#x1F600;',
    '<![CDATA[<z>&]]>',
    '<!-- c -->',
    '<?pi x?>',
  ],
  [
    '<?xml version="1.0"?>',
    '&lol;',
    '&',
    '&#0;',
    '&#xD800;',
    ']]>',
    '<!-- -- -->',
    '<![CDATA[',
    '-->',
    '\u0001',
  ],
  [
    '<',
    '>',
    '/',
    '"',
    '=',
    '<1>',
    '< a>',
    '<a x="1" x="2">',
    '<a x=1>',
    '<a x="<">',
    '<a x="1"y="2">',
    '<!z>',
    '<>',
  ],
];
const sound = fc.constantFrom(...(PARTS[0] ?? []), ...(PARTS[1] ?? []));
const any = fc.constantFrom(...PARTS.flat());

/** An element with elements in it, well-formed. */
const element = fc.letrec<{ element: string }>((tie) => ({
  element: fc
    .tuple(
      fc.constantFrom('a', 'bé:c.1', '_'),
      fc.array(fc.oneof({ depthSize: 'small' }, fc.constantFrom(...(PARTS[1] ?? [])), tie('element')), {
        maxLength: 5,
      }),
    )
    .map(([name, content]) => `<${name} k="&lt;\t1">${content.join('')}</${name}>`),
})).element;

describe('XmlScanner', () => {
  it('finds in well-formed XML what another parser finds, wherever it is cut', () => {
    fc.assert(
      fc.property(element, fc.array(fc.nat(), { maxLength: 4 }), (text, cuts) => {
        const expected = parse(text);
        expect(expected).not.toBeNull();
        const places = cuts.map((cut) => cut % text.length).toSorted((a, b) => a - b);
        const pieces = [0, ...places].map((from, index) => text.slice(from, places[index] ?? text.length));
        expect(scan(pieces)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses what another parser refuses, and nothing else', () => {
    const texts = fc.oneof(
      fc.array(any, { maxLength: 8 }).map((parts) => parts.join('')),
      fc.array(any, { maxLength: 6 }).map((parts) => `<a>${parts.join('')}</a>`),
      fc.array(sound, { maxLength: 8 }).map((parts) => `<a>${parts.join('')}</a>`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect({ text, found: scan([text]) }).toEqual({ text, found: parse(text) });
        expect(scan([...text])).toEqual(scan([text]));
      }),
      { numRuns: 1_500 },
    );
  });

  it('finds the same in entries that repeat each other, and refuses the one that is broken', () => {
    const shapes = fc.constantFrom(
      (text: string) => `<e>\n  <a k="1">${text}</a>\n  <b><c>${text}</c><d/></b>\n</e>\n`,
      (text: string) => `<e>\n  <a k="1">${text}</a>\n  <b><c>x</c></b>\n</e>\n`,
      (text: string) => `<e>\n  <a k="2"> </a>\n  <b>${text}<!-- c --></b>\n</e>\n`,
    );
    const entry = fc
      .tuple(shapes, fc.constantFrom('t', '100.00', ' t ', '&lt;', ''), fc.boolean())
      .map(([shape, text, isSkipped]) =>
        isSkipped ? `<${UNWANTED}>${shape(text)}</${UNWANTED}>` : shape(text),
      );
    const damage = fc.record({
      at: fc.nat(),
      length: fc.nat({ max: 3 }),
      text: fc.oneof(fc.constant(''), any),
    });
    const entries = fc.array(entry, { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(entries, fc.option(damage), fc.integer({ min: 1, max: 200 }), (all, harm, pieceChars) => {
        const whole = `<r>${all.join('')}</r>`;
        const at = harm ? harm.at % whole.length : 0;
        const text = harm ? whole.slice(0, at) + harm.text + whole.slice(at + harm.length) : whole;
        const expected = parse(text);
        expect({ text, found: scan([text]) }).toEqual({ text, found: expected });
        const pieces = text.match(new RegExp(`[^]{1,${pieceChars}}`, 'g')) ?? [];
        expect(scan(pieces)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('says the line, and the place in characters', () => {
    const places: string[] = [];
    const scanner: XmlScanner = new XmlScanner({
      wantsText: false,
      open: (name) => places.push(`${name} ${scanner.line} ${scanner.position}`),
      close: () => {},
      text: () => {},
    });
    scanner.passLines(2);
    for (const piece of ['<a>\n\n<b\n', '/>', '\n<', 'c/>\n</a>']) scanner.write(piece);
    expect(places).toEqual(['a 3 3', 'b 6 10', 'c 7 15']);
    scanner.end();
  });
});
