import { luhnDigit } from '../support/account-numbering.ts';

/**
 * Account numbers (户号): 13 digits, `08` (the Guangzhou unit) + two digits of fault + eight of serial + a check digit
 * (Luhn, ISO/IEC 7812-1). The two digits of fault are 00 for customers whose calls all go well.
 */
const UNIT = '08';

/** What befalls the calls about an account, by the third and fourth digits of its number. */
export const ACCOUNT_FAULTS = {
  '00': null,
  '01': 'slow',
  '02': 'timeoutBeforePosting',
  '03': 'timeoutAfterPosting',
  '04': 'refuse',
  '05': 'badJson',
  '06': 'duplicate',
  '07': 'closed',
  '08': 'reset',
  '09': 'pendingThenPosted',
  '10': 'wrongSignature',
  '11': 'unknownCode',
} as const;
export type Fault = Exclude<(typeof ACCOUNT_FAULTS)[keyof typeof ACCOUNT_FAULTS], null>;
export const FAULTS = Object.values(ACCOUNT_FAULTS).filter((fault) => fault !== null) as Fault[];

/** The number of a customer by serial (0 to 99,999,999) and the fault that befalls it. */
export function accountNumber(serial: number, fault: Fault | null): string {
  const code = Object.entries(ACCOUNT_FAULTS).find(([, value]) => value === fault)?.[0] ?? '00';
  const digits = `${UNIT}${code}${String(serial).padStart(8, '0')}`;
  return `${digits}${luhnDigit(digits)}`;
}

/** Whether a text has the shape of an account number and its check digit is right. */
export function isAccountNumber(text: string): boolean {
  return /^08\d{11}$/.test(text) && luhnDigit(text.slice(0, -1)) === text.slice(-1);
}

/** The fault that an account's number asks for. */
export function faultOfAccount(consNo: string): Fault | null {
  return ACCOUNT_FAULTS[consNo.slice(2, 4) as keyof typeof ACCOUNT_FAULTS] ?? null;
}
