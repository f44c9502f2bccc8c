import { AGENCY_FAULTS, type AgencyFault } from './agency-conduct.ts';

/**
 * Account numbers (户号) of one agency: a prefix, two digits of fault (00 for customers whose calls all go well), a
 * serial, and a check digit (Luhn, ISO/IEC 7812-1).
 */
export class AccountNumbering {
  private readonly prefix: string;
  private readonly serialDigits: number;

  constructor(prefix: string, serialDigits: number) {
    this.prefix = prefix;
    this.serialDigits = serialDigits;
  }

  /** The number of a customer by serial and the fault that befalls it. */
  numberOf(serial: number, fault: AgencyFault | null): string {
    const code = fault === null ? 0 : AGENCY_FAULTS.indexOf(fault) + 1;
    const digits = `${this.prefix}${String(code).padStart(2, '0')}${String(serial).padStart(this.serialDigits, '0')}`;
    return `${digits}${luhnDigit(digits)}`;
  }

  /** Whether a text has the shape of an account number and its check digit is right. */
  isNumber(text: string): boolean {
    const { prefix, serialDigits } = this;
    const isShaped = text.length === prefix.length + serialDigits + 3 && /^\d+$/.test(text);
    return isShaped && text.startsWith(prefix) && luhnDigit(text.slice(0, -1)) === text.slice(-1);
  }

  /** The fault that an account's number asks for. */
  faultOf(accountNo: string): AgencyFault | null {
    const code = Number(accountNo.slice(this.prefix.length, this.prefix.length + 2));
    return this.isNumber(accountNo) ? (AGENCY_FAULTS[code - 1] ?? null) : null;
  }
}

/** The check digit of ISO/IEC 7812-1, appended to a run of digits. */
export function luhnDigit(digits: string): string {
  let sum = 0;
  for (const [index, digit] of [...digits].reverse().entries()) {
    const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return String((10 - (sum % 10)) % 10);
}
