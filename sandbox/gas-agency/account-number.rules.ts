import { AccountNumbering } from '../support/account-numbering.ts';

/** Pipeline customers, who pay after use: twelve digits, `31`, two of fault, seven of serial, a check digit. */
export const PIPELINE_NUMBERS = new AccountNumbering('31', 7);
/** Customers of prepaid meters, who pay before use: the same with `35`. */
export const PREPAID_NUMBERS = new AccountNumbering('35', 7);

/** Of whichever sort. */
export function isAccountNumber(text: string): boolean {
  return PIPELINE_NUMBERS.isNumber(text) || PREPAID_NUMBERS.isNumber(text);
}
