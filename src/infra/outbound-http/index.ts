export { causeOfDialFailure, isBlockedLiteral, lookupAllowed } from './dialling.ts';
export { type ClosableHttpClient, createHttpClient } from './http-client.ts';
export { recordingHttpClient } from './recording.ts';
