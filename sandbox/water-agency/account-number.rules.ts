import { AccountNumbering } from '../support/account-numbering.ts';

/** Ten digits: `6`, two of fault, six of serial, a check digit. */
export const ACCOUNT_NUMBERS = new AccountNumbering('6', 6);
