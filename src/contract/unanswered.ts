import type { HttpResult, TcpResult } from './context.ts';
import type { Reason } from './outcome.ts';

/** Why there is no answer, and whether what was sent may have been carried out. */
export type Unanswered =
  /** It certainly never reached them. */
  | { kind: 'notSent'; reason: Reason }
  /** It may have been carried out. */
  | { kind: 'unknown'; reason: Reason };

/** What a call without an answer means to an agency's client, over HTTP and TCP alike. */
export function unanswered(result: Exclude<HttpResult | TcpResult, { kind: 'response' }>): Unanswered {
  if (result.kind === 'noAnswer') {
    return { kind: 'unknown', reason: { code: 'no_answer', source: 'network', detail: result.cause } };
  }
  const reason: Reason =
    result.cause === 'tooBusy'
      ? { code: 'too_busy', source: 'civicpay' }
      : { code: 'agency_down', source: 'network', detail: result.cause };
  return { kind: 'notSent', reason };
}
