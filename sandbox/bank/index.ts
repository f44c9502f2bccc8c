export { type BankOptions, startBank } from './bank.ts';
