export { blockedAddressError, causeOfDialFailure, isBlockedLiteral, lookupAllowed } from './dialling.ts';
