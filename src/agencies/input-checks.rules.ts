import type { InputCheck } from '../contract/index.ts';

/** Whether a value passes what a regular expression can't tell. The value is uniform: narrow digits, upper-case letters. */
export function passesCheck(check: InputCheck, value: string): boolean {
  return CHECKS[check](value);
}

const CHECKS: Readonly<Record<InputCheck, (value: string) => boolean>> = {
  identityNumber: isIdentityNumber,
  plateNumber: isPlateNumber,
  meterNumber: isMeterNumber,
};

/** GB/T 2260, first two digits; 83 is given to residents from Taiwan with a residence permit. */
const PROVINCES = new Set(
  (
    '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 ' +
    '50 51 52 53 54 61 62 63 64 65 71 81 82 83'
  ).split(' '),
);
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS = '10X98765432';

/**
 * An identity number: 17 digits and a check character (GB 11643-1999, ISO 7064 MOD 11-2), a place that there is, a date of birth that
 * there was. Foreigners with permanent residence have a 9 and the place in the second and third digit (since 2023).
 */
function isIdentityNumber(value: string): boolean {
  if (!/^\d{17}[\dX]$/.test(value)) return false;
  const place = value.startsWith('9') ? value.slice(1, 3) : value.slice(0, 2);
  return (
    PROVINCES.has(place) && isDateOfBirth(value.slice(6, 14)) && checkCharacterOf(value) === value.at(-1)
  );
}

/** The check character that the first 17 digits ask for. */
function checkCharacterOf(value: string): string | undefined {
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(value[index]), 0);
  return CHECK_CHARACTERS[sum % 11];
}

/** `YYYYMMDD` of a day that there is, in the twentieth century or later. */
function isDateOfBirth(day: string): boolean {
  const date = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
  const atMs = Date.parse(`${date}T00:00:00Z`);
  return date >= '1900-01-01' && !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(date);
}

const PLACE = '[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-Z]';
/** I and O are not used in serials: they look like digits. */
const SERIAL = '[A-HJ-NP-Z0-9]';

/** Plates of GA 36-2018. */
const PLATES = new RegExp(
  `^(?:${[
    `${PLACE}${SERIAL}{5}`, // ordinary
    `${PLACE}${SERIAL}{4}[学警挂领]`, // driving schools, police, trailers, consulates
    `粤Z${SERIAL}{4}[港澳]`, // cars from Hong Kong and Macao
    `${PLACE}[A-HJK]${SERIAL}\\d{4}`, // small new-energy vehicles
    `${PLACE}\\d{5}[A-HJK]`, // large ones
    '\\d{6}使', // embassies
  ].join('|')})$`,
  'u',
);

function isPlateNumber(value: string): boolean {
  return PLATES.test(value);
}

/** A meter's address (DL/T 645-2007): twelve digits, of which twelve nines speak to every meter at once. */
function isMeterNumber(value: string): boolean {
  return /^\d{12}$/.test(value) && value !== '9'.repeat(12);
}
