const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** `YYYY-MM-DD`, or null when the calendar has no such day. */
export function calendarDate(year: number, month: number, day: number): string | null {
  if (year < 1900 || year > 2199 || day < 1 || day > lastDayOf(year, month)) return null;
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** 0 for a month that does not exist. */
export function lastDayOf(year: number, month: number): number {
  if (month === 2 && !(year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0))) return 28;
  return DAYS_IN_MONTH[month - 1] ?? 0;
}

/** The century of two digits: statements are of 1980 to 2079. */
export function fullYear(twoDigits: number): number {
  return twoDigits < 80 ? 2000 + twoDigits : 1900 + twoDigits;
}

/** Reads `YYYYMMDD` or `YYMMDD`; null when it is neither, or no day. */
export function readDigitDate(text: string): string | null {
  if (/^\d{8}$/.test(text)) {
    return calendarDate(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6)));
  }
  if (!/^\d{6}$/.test(text)) return null;
  return calendarDate(fullYear(Number(text.slice(0, 2))), Number(text.slice(2, 4)), Number(text.slice(4, 6)));
}

/** Reads an ISO 8601 date, or the date of a time as written, in the writer's own zone. */
export function readIsoDate(text: string): string | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:$|[T Z+-])/.exec(text.trim());
  return match && calendarDate(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** Reads the ways Chinese exports write a date, with or without a time behind it; null for anything else. */
export function readPrintedDate(text: string): string | null {
  const match =
    /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:$|[\sT])/.exec(text) ??
    /^(\d{4})(年)(\d{1,2})月(\d{1,2})日?(?:$|\D)/.exec(text) ??
    /^(\d{4})()(\d{2})(\d{2})(?:$|[\sT]|\d{6}$)/.exec(text);
  return match && calendarDate(Number(match[1]), Number(match[3]), Number(match[4]));
}

/** Reads a date in a declared form: `YYYY`, `YY`, `MM`, `DD` and any other characters as they are. */
export function readDateAs(text: string, form: string): string | null {
  const parts = { YYYY: '', YY: '', MM: '', DD: '' };
  let at = 0;
  for (const token of form.match(/YYYY|YY|MM|DD|[\s\S]/g) ?? []) {
    const found = text.slice(at, at + token.length);
    at += token.length;
    if (token in parts) {
      if (!/^\d+$/.test(found)) return null;
      parts[token as keyof typeof parts] = found;
    } else if (found !== token) return null;
  }
  const year = parts.YYYY ? Number(parts.YYYY) : fullYear(Number(parts.YY || 'NaN'));
  return calendarDate(year, Number(parts.MM), Number(parts.DD));
}
