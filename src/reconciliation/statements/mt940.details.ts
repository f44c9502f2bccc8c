/** What `:86:` tells about an entry, as far as its writer keeps to one of the known forms. */
export interface EntryDetails {
  counterparty: string | null;
  memo: string | null;
  /** EREF: given by whoever ordered the payment, and carried to the other end. */
  endToEndRef: string | null;
  /** KREF: the account holder's own. */
  customerRef: string | null;
}

/** Reads the text of `:86:`, given as its lines. */
export function readDetails(lines: readonly string[]): EntryDetails {
  // Banks cut at 65 characters wherever that falls, so coded text is joined without a space.
  const joined = lines.join('');
  const structured = /^\s{0,8}\d{3}(?: \d{3})?([^0-9A-Za-z\s.,:-])\d\d/.exec(joined);
  if (structured) return readSubfields(joined, structured[1] ?? '?');
  if (/\/(NAME|EREF|REMI|CNTP|ORDP|BENM)\//.test(joined)) return readSlashCodes(joined);
  return { ...NOTHING, memo: textOrNull(lines.join(' ')) };
}

const NOTHING: EntryDetails = { counterparty: null, memo: null, endToEndRef: null, customerRef: null };

/** German banks' form (DK, Anlage 3): a three-digit code, then subfields `?NN`; some write another sign for the `?`. */
function readSubfields(text: string, separator: string): EntryDetails {
  const purpose: string[] = [];
  const name: string[] = [];
  let postingText = '';
  for (const part of text.split(separator).slice(1)) {
    const code = Number(part.slice(0, 2));
    const value = part.slice(2);
    if (!/^\d\d/.test(part)) {
      // The sign itself, inside a text.
      const last = purpose.length > 0 ? purpose : name;
      if (last.length > 0) last.push(`${last.pop()}${separator}${part}`);
    } else if (code === 0) postingText = value;
    else if ((code >= 20 && code <= 29) || (code >= 60 && code <= 63)) purpose.push(value);
    else if (code === 32 || code === 33) name.push(value);
  }
  const whole = purpose.join('');
  const tags = readPurposeTags(whole);
  return {
    counterparty: textOrNull(name.join('')) ?? textOrNull(tags.get('ABWA') ?? tags.get('ABWE') ?? ''),
    memo: textOrNull(tags.get('SVWZ') ?? whole) ?? textOrNull(postingText),
    endToEndRef: reference(tags.get('EREF')),
    customerRef: reference(tags.get('KREF')),
  };
}

/** SEPA tags inside the purpose: `EREF+…KREF+…SVWZ+…`, or `EREF: …`. */
function readPurposeTags(purpose: string): Map<string, string> {
  const tags = new Map<string, string>();
  const found = [...purpose.matchAll(/(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE)(?:\+|: )/g)];
  for (const [index, match] of found.entries()) {
    const name = match[1] ?? '';
    const value = purpose.slice(match.index + match[0].length, found[index + 1]?.index);
    if (!tags.has(name)) tags.set(name, value.trim());
  }
  return tags;
}

const SLASH_CODES =
  /\/(TRTP|TRCD|EREF|PREF|RTRN|NRTX|BUSP|MARF|CSID|NAME|CNTP|IBAN|BIC|ADDR|REMI|ORDP|BENM|ISDT|PURP|ULTD|ULTB|ULTC|SVCL|INIT|CHGS|EXCH|OCMT)\//g;

/** The Dutch form: `/CNTP/account/bic/name/city//EREF/…/REMI/…`, or `/NAME/…`. What stands between two codes may hold slashes. */
function readSlashCodes(text: string): EntryDetails {
  const codes = [...text.matchAll(SLASH_CODES)];
  const textOf = (name: string): string | undefined => {
    const at = codes.findIndex((code) => code[1] === name);
    const code = codes[at];
    return code && text.slice(code.index + code[0].length, codes[at + 1]?.index);
  };
  const name = textOf('NAME') ?? textOf('CNTP')?.split('/')[2];
  const remittance = textOf('REMI')?.replace(/^(?:USTD\/[^/]*\/|STRD\/[^/]*\/)/, '');
  return {
    counterparty: textOrNull(withoutSlashes(name ?? '')),
    memo: textOrNull(remittance ?? text),
    endToEndRef: reference(withoutSlashes(textOf('EREF') ?? '')),
    customerRef: null,
  };
}

function withoutSlashes(value: string): string {
  let end = value.length;
  while (end > 0 && (value[end - 1] === '/' || value[end - 1] === ' ')) end -= 1;
  return value.slice(0, end);
}

/** A reference, unless it says that there is none, or that it stands elsewhere (`EREF`, `KREF+`, …). */
export function reference(text: string | undefined): string | null {
  const plain = text?.trim() ?? '';
  return /^(|-|NONREF|NOTPROVIDED|NOT PROVIDED|NOTAVAILABLE|(KREF|EREF)\+?|MARF|PREF|\/\/)$/i.test(plain)
    ? null
    : plain;
}

function textOrNull(text: string): string | null {
  return text.replace(/\s+/g, ' ').trim() || null;
}
