import fc from 'fast-check';
import { formatXml, parseXml, type XmlElement, xmlValue } from './xml.ts';

const limits = { maxChars: 10_000, maxDepth: 5, maxElements: 50 };
const parse = (text: string) => parseXml(text, limits);

describe('an XML message', () => {
  it('is elements and texts, in their order', () => {
    const message = parse(
      '<?xml version="1.0" encoding="UTF-8"?>\n<A>\n  <B>1</B><C><B> x </B></C>\n  <B>2</B><D/></A>\n',
    );
    expect(message).toEqual({
      name: 'A',
      text: '',
      children: [
        { name: 'B', text: '1', children: [] },
        { name: 'C', text: '', children: [{ name: 'B', text: ' x ', children: [] }] },
        { name: 'B', text: '2', children: [] },
        { name: 'D', text: '', children: [] },
      ],
    });
    expect(xmlValue(message)).toEqual({ B: ['1', '2'], C: [{ B: [' x '] }], D: [''] });
  });

  it('keeps numbers as they were written', () => {
    for (const number of ['100.10', '0010', '1e3', '-0', '9007199254740993', '+1.50']) {
      expect(xmlValue(parse(`<A><B>${number}</B></A>`))).toEqual({ B: [number] });
    }
  });

  it('reads the five entities, references and CDATA as text, and nothing of it as elements', () => {
    expect(parse('<A>&lt;B&gt; &amp; &#x4E2D;<![CDATA[<C>]]></A>').text).toBe('<B> & 中<C>');
  });

  it.each([
    ['a DOCTYPE', '<!DOCTYPE A><A/>'],
    ['entities of its own', '<!DOCTYPE A [<!ENTITY b "c">]><A>&b;</A>'],
    ['an outside entity', '<!DOCTYPE A [<!ENTITY b SYSTEM "file:///etc/passwd">]><A>&b;</A>'],
    ['laughs', `<!DOCTYPE A [<!ENTITY a "${'ha'.repeat(100)}"><!ENTITY b "&a;&a;">]><A>&b;</A>`],
    ['an entity nobody defined', '<A>&nbsp;</A>'],
    ['an attribute', '<A b="c"/>'],
    ['a namespace', '<A xmlns="urn:x"/>'],
    ['a processing instruction', '<?php echo 1 ?><A/>'],
    ['text beside elements', '<A>1<B/></A>'],
    ['two roots', '<A/><B/>'],
    ['nothing', ''],
    ['no end', '<A><B>'],
    ['crossed tags', '<A><B></A></B>'],
    ['text outside', 'x<A/>'],
    ['a control character', '<A>\u0001</A>'],
    ['too deep a nest', '<A><A><A><A><A><A/></A></A></A></A></A>'],
    ['too many elements', `<A>${'<B/>'.repeat(50)}</A>`],
    ['too much', `<A>${'x'.repeat(10_000)}</A>`],
  ])('with %s is refused', (_, text) => {
    expect(() => parse(text)).toThrow(RangeError);
  });

  it('goes as deep and as far as it may', () => {
    expect(parse('<A><A><A><A><A/></A></A></A></A>').name).toBe('A');
    expect(parse(`<A>${'<B/>'.repeat(49)}</A>`).children).toHaveLength(49);
  });

  const name = fc.constantFrom('A', 'Bill', 'x-1', '__proto__', 'constructor');
  const text = fc.string({ unit: fc.constantFrom(...'ab1 <>&"\'\n\r]中𠮷-') });
  const { element } = fc.letrec<{ element: XmlElement }>((tie) => ({
    element: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      fc.record({ name, text, children: fc.constant([]) }),
      fc.record({
        name,
        text: fc.constant(''),
        children: fc.array(tie('element'), { minLength: 1, maxLength: 4 }),
      }),
    ),
  }));

  it('comes back as it was written, whatever is in it', () => {
    fc.assert(
      fc.property(element, (message) => {
        const read = parseXml(formatXml(message), { maxChars: 1_000_000, maxDepth: 6, maxElements: 10_000 });
        expect(read).toEqual(message);
        const value = xmlValue(read);
        if (typeof value === 'object') {
          expect(Object.keys(value).sort()).toEqual(
            [...new Set(read.children.map((child) => child.name))].sort(),
          );
        }
      }),
    );
  });

  it('that is noise is refused, and never more than that', () => {
    const noise = fc.array(
      fc.constantFrom(
        '<A>',
        '</A>',
        '<B/>',
        '<!DOCTYPE A>',
        '&#65;',
        '&x;',
        '<![CDATA[',
        ']]>',
        '<!--',
        '-->',
        'x',
        '\n',
        '<?x?>',
        '"',
      ),
    );
    fc.assert(
      fc.property(noise, (pieces) => {
        try {
          expect(parse(pieces.join('')).name).toMatch(/^[AB]$/);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
