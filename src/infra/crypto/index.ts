export * from './constant-time.ts';
export type * from './crypto.types.ts';
export * from './vault.ts';
