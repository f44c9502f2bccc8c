import type { CamtAmount } from './camt.entry.ts';
import type { BalanceKind } from './statement.types.ts';

/** Each message, the element of a statement in it, and whether the schema asks for balances. */
export const MESSAGES = {
  BkToCstmrAcctRpt: { code: 'camt.052', statement: 'Rpt', hasBalances: false },
  BkToCstmrStmt: { code: 'camt.053', statement: 'Stmt', hasBalances: true },
  BkToCstmrDbtCdtNtfctn: { code: 'camt.054', statement: 'Ntfctn', hasBalances: false },
} as const;

export type Message = (typeof MESSAGES)[keyof typeof MESSAGES];

export const BALANCE_KINDS: Readonly<Record<string, BalanceKind>> = {
  OPBD: 'opening',
  // The day before's closing is this day's opening.
  PRCD: 'opening',
  CLBD: 'closing',
  ITBD: 'interim',
  OPAV: 'openingAvailable',
  CLAV: 'closingAvailable',
  FWAV: 'forwardAvailable',
};

export interface Balance {
  line: number;
  code: string;
  amount: CamtAmount | null;
  indicator: string;
  on: string;
}

export function newBalance(line: number): Balance {
  return { line, code: '', amount: null, indicator: '', on: '' };
}
