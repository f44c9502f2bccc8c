import { AGENCY_FAULTS, type AgencyFault } from '../support/agency-conduct.ts';

/**
 * Identity numbers of people who do not exist (GB 11643-1999): a district of Guangzhou that was never given a code, so that they
 * are nobody's, a date of birth, two digits of fault (00 for those whose calls all go well), a digit, a check character.
 */
const DISTRICTS = ['440190', '440191', '440192', '440193', '440194', '440195', '440196', '440197'];
const FIRST_BIRTH_MS = Date.parse('1966-01-01T00:00:00Z');
const DAY_MS = 86_400_000;
/** Births are spread over so many days: to 2002. */
const BIRTH_DAYS = 13_500;
const FAULT_AT = 14;

/** The number of a person by serial and the fault that befalls them. */
export function identityNumber(serial: number, fault: AgencyFault | null): string {
  const district = DISTRICTS[Math.floor(serial / BIRTH_DAYS) % DISTRICTS.length] ?? '';
  const born = new Date(FIRST_BIRTH_MS + (serial % BIRTH_DAYS) * DAY_MS).toISOString().slice(0, 10);
  const code = fault === null ? 0 : AGENCY_FAULTS.indexOf(fault) + 1;
  const body = `${district}${born.replaceAll('-', '')}${String(code).padStart(2, '0')}${serial % 10}`;
  return body + checkCharacter(body);
}

export function isIdentityNumber(text: string): boolean {
  return /^\d{17}[\dX]$/.test(text) && checkCharacter(text.slice(0, -1)) === text.at(-1);
}

/** The fault that a person's number asks for. */
export function faultOfPerson(text: string): AgencyFault | null {
  return AGENCY_FAULTS[Number(text.slice(FAULT_AT, FAULT_AT + 2)) - 1] ?? null;
}

/** ISO 7064 MOD 11-2. */
function checkCharacter(body: string): string {
  let product = 0;
  for (const digit of body) product = ((product + Number(digit)) * 2) % 11;
  return '0123456789X'.charAt((12 - product) % 11);
}
