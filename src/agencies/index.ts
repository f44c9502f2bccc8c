export type * from './agencies.types.ts';
