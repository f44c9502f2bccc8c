import { generateKeyPairSync } from 'node:crypto';
import { readSigningKey } from '../keys.ts';
import type { Check } from './checks.types.ts';
import { Mismatch } from './conformance.types.ts';
import type { Deviation } from './probe.ts';
import { type Session, said } from './session.ts';

/** Well beyond the window of 300 s, and well within it. */
const BEYOND_SECONDS = 600;
const WITHIN_SECONDS = 240;

function refuses(id: string, deviations: () => Deviation[]): Check {
  return {
    id,
    appliesTo: () => true,
    async run(session) {
      for (const deviation of deviations()) {
        await mustRefuse(session, deviation);
        // The next one may pay the same.
        await session.settle();
      }
    },
  };
}

/** What must not be believed, and what must. Each is tried with a payment, since that is what an attacker would send. */
export const SIGNATURE_CHECKS: Check[] = [
  refuses('signature-wrong', () => [
    { key: strangersKey() },
    { headers: (headers) => ({ ...headers, signature: 'civicpay=:AAAA:' }) },
    { headers: ({ signature: _, 'signature-input': __, ...unsigned }) => unsigned },
  ]),
  refuses('body-changed', () => [
    { body: '{}' },
    { headers: (headers) => ({ ...headers, 'content-digest': `sha-256=:${'A'.repeat(43)}=:` }), body: '{}' },
  ]),
  refuses('key-unknown', () => [{ keyId: 'civicpay-unknown', key: strangersKey() }, { keyId: '__proto__' }]),
  refuses('timestamp-old', () => [{ offSeconds: -BEYOND_SECONDS }]),
  refuses('timestamp-ahead', () => [{ offSeconds: BEYOND_SECONDS }]),
  {
    id: 'clock-skew',
    appliesTo: () => true,
    async run(session) {
      for (const offSeconds of [-WITHIN_SECONDS, WITHIN_SECONDS]) {
        const request = session.addressed({ reference: 'cfk_clock_skew' });
        const reply = await session.probe.try('/payments/query', request, { offSeconds });
        if (reply?.status !== 200) throw new Mismatch(`${offSeconds} s: status ${reply?.status ?? 'none'}`);
      }
    },
  },
];

/** A payment that must be refused with 401 or another 4xx, and not be carried out. */
async function mustRefuse(session: Session, deviation: Deviation): Promise<void> {
  const { request } = await session.payable();
  session.notPosted.add(request.reference);
  const reply = await session.probe.try('/payments', request, deviation);
  if (!reply) throw new Mismatch('no answer');
  const answer = await session.query(request.reference);
  if (answer.outcome !== 'notAttempted') {
    session.noted(request, answer);
    throw new Mismatch(`status ${reply.status}, and the payment is ${said(answer)}`);
  }
  if (reply.status < 400 || reply.status > 499) throw new Mismatch(`status ${reply.status}`);
}

function strangersKey() {
  const { privateKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
    publicKeyEncoding: { format: 'der', type: 'spki' },
  });
  return readSigningKey(privateKey.toString('base64'));
}
