export { type Access, type AccessDecision, mayCall } from './accounts.rules.ts';
export type * from './accounts.types.ts';
