export type * from './accounts.types.ts';
