export type * from './crypto.types.ts';
