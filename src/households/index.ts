export { SavedAccounts } from './households.service.ts';
export type * from './households.types.ts';
