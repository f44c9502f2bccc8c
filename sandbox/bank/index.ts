export { type BankOptions, type RunningBank, startBank } from './bank.ts';
export type { BankBooks, BankControl } from './control.ts';
