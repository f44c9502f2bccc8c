import { SaxesParser } from 'saxes';

/**
 * Which elements pain.001.001.09 allows where, in which order, and what their texts may be: kept by hand from the ISO 20022
 * message definition, for the elements that we write. `test` elements that are not here are faults, even where ISO has them.
 */
interface Rule {
  /** In order; `!` once, `?` at most once, `+` at least once. */
  children?: readonly (readonly [name: string, occurs: '!' | '?' | '+', rule: Rule])[];
  text?: RegExp;
  attribute?: readonly [name: string, value: RegExp];
}

const max = (chars: number): Rule => ({ text: new RegExp(`^[^]{1,${chars}}$`, 'u') });
const exactly = (text: string): Rule => ({ text: new RegExp(`^${text}$`) });
const count: Rule = { text: /^\d{1,15}$/ };
const sum: Rule = { text: /^\d{1,16}(\.\d{1,5})?$/ };
const date: Rule = { text: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/ };
const party: Rule = { children: [['Nm', '?', max(140)]] };
const currency: Rule = { text: /^[A-Z]{3}$/ };
const account: Rule = {
  children: [
    ['Id', '!', { children: [['Othr', '!', { children: [['Id', '!', max(34)]] }]] }],
    ['Ccy', '?', currency],
  ],
};
const clearingSystem: Rule = { children: [['Cd', '!', max(5)]] };
const member: Rule = {
  children: [
    ['ClrSysId', '?', clearingSystem],
    ['MmbId', '!', max(35)],
  ],
};
const institution: Rule = {
  children: [
    ['ClrSysMmbId', '?', member],
    ['Nm', '?', max(140)],
  ],
};
const bank: Rule = { children: [['FinInstnId', '!', institution]] };

const transfer: Rule = {
  children: [
    [
      'PmtId',
      '!',
      {
        children: [
          ['InstrId', '?', max(35)],
          ['EndToEndId', '!', max(35)],
        ],
      },
    ],
    ['Amt', '!', { children: [['InstdAmt', '!', { ...sum, attribute: ['Ccy', /^[A-Z]{3}$/] }]] }],
    ['CdtrAgt', '?', bank],
    ['Cdtr', '?', party],
    ['CdtrAcct', '?', account],
    ['RmtInf', '?', { children: [['Ustrd', '+', max(140)]] }],
  ],
};
const header: Rule = {
  children: [
    ['MsgId', '!', max(35)],
    ['CreDtTm', '!', { text: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/ }],
    ['NbOfTxs', '!', count],
    ['CtrlSum', '?', sum],
    ['InitgPty', '!', party],
  ],
};
const block: Rule = {
  children: [
    ['PmtInfId', '!', max(35)],
    ['PmtMtd', '!', exactly('(CHK|TRF|TRA)')],
    ['BtchBookg', '?', exactly('(true|false)')],
    ['NbOfTxs', '?', count],
    ['CtrlSum', '?', sum],
    ['ReqdExctnDt', '!', { children: [['Dt', '!', date]] }],
    ['Dbtr', '!', party],
    ['DbtrAcct', '!', account],
    ['DbtrAgt', '!', bank],
    ['ChrgBr', '?', exactly('(DEBT|CRED|SHAR|SLEV)')],
    ['CdtTrfTxInf', '+', transfer],
  ],
};
const DOCUMENT: Rule = {
  attribute: ['xmlns', /^urn:iso:std:iso:20022:tech:xsd:pain\.001\.001\.09$/],
  children: [
    [
      'CstmrCdtTrfInitn',
      '!',
      {
        children: [
          ['GrpHdr', '!', header],
          ['PmtInf', '+', block],
        ],
      },
    ],
  ],
};

interface Node {
  name: string;
  text: string;
  attributes: Record<string, string>;
  children: Node[];
}

/** What is wrong with a pain.001.001.09, by path; empty when nothing is. */
export function faultsOfPain001(xml: string): string[] {
  const root = parse(xml);
  return root.name === 'Document' ? faultsOf(root, DOCUMENT, 'Document') : [`${root.name}: not Document`];
}

/** The texts of all elements of a name, in their order. */
export function textsOf(xml: string, name: string): string[] {
  const all = (node: Node): Node[] => [node, ...node.children.flatMap(all)];
  return all(parse(xml)).flatMap((node) => (node.name === name ? [node.text] : []));
}

function parse(xml: string): Node {
  const parser = new SaxesParser();
  const open: Node[] = [{ name: '', text: '', attributes: {}, children: [] }];
  parser.on('opentag', ({ name, attributes }) => open.push({ name, text: '', attributes, children: [] }));
  parser.on('text', (text) => {
    const node = open.at(-1);
    if (node) node.text += text;
  });
  parser.on('closetag', () => {
    const node = open.pop();
    if (node) open.at(-1)?.children.push(node);
  });
  parser.write(xml).close();
  const root = open[0]?.children[0];
  if (!root) throw new Error('no element');
  return root;
}

function faultsOf(node: Node, rule: Rule, path: string): string[] {
  const faults: string[] = [];
  const [attribute, value] = rule.attribute ?? [];
  const others = Object.keys(node.attributes).filter((name) => name !== attribute);
  if (others.length > 0) faults.push(`${path}: attribute ${others.join()}`);
  if (attribute && value && !value.test(node.attributes[attribute] ?? '')) {
    faults.push(`${path}: attribute ${attribute}`);
  }
  if (rule.text && !rule.text.test(node.text)) faults.push(`${path}: text`);
  const left = [...node.children];
  for (const [name, occurs, inner] of rule.children ?? []) {
    const found: Node[] = [];
    while (left[0]?.name === name) found.push(...left.splice(0, 1));
    if (found.length === 0 && occurs !== '?') faults.push(`${path}/${name}: missing`);
    if (found.length > 1 && occurs !== '+') faults.push(`${path}/${name}: comes again`);
    faults.push(...found.flatMap((child) => faultsOf(child, inner, `${path}/${name}`)));
  }
  return [...faults, ...left.map(({ name }) => `${path}/${name}: not here`)];
}
