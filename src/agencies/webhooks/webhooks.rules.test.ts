import fc from 'fast-check';
import { isBlockedLiteral } from '../../infra/dialling/index.ts';
import { isGivenUp, isWebhookUrl, maskedAnswer, waitAfterAttemptMs } from './webhooks.rules.ts';

const HOUR_MS = 3_600_000;

describe('attempts', () => {
  it('begin again after seconds, and go on for about three days', () => {
    expect(waitAfterAttemptMs(1, 0.5)).toBe(5_000);
    expect(waitAfterAttemptMs(2, 0.5)).toBe(300_000);
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((attempts) => waitAfterAttemptMs(attempts, 0.5) ?? 0);
    const hours = waits.reduce((sum, waitMs) => sum + waitMs, 0) / HOUR_MS;
    expect(hours).toBeGreaterThan(72);
    expect(hours).toBeLessThan(80);
    expect(waitAfterAttemptMs(10, 0.5)).toBeNull();
  });

  it('are spread by a tenth, and never sooner than the ones before', () => {
    const share = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), share, share, (attempts, one, two) => {
        const [wait, longer] = [waitAfterAttemptMs(attempts, one), waitAfterAttemptMs(attempts + 1, two)];
        expect(longer ?? 0).toBeGreaterThan((wait ?? 0) * 0.97);
      }),
    );
  });
});

it('an endpoint is given up when it says that it is gone, or after three days of failures', () => {
  expect(isGivenUp(410, 0, 0)).toBe(true);
  expect(isGivenUp(500, 0, 72 * HOUR_MS - 1)).toBe(false);
  expect(isGivenUp(500, 0, 72 * HOUR_MS)).toBe(true);
});

describe('answers', () => {
  it('are kept without the numbers that may be somebody’s', () => {
    const answer = 'no account 1008-6111 for 13800138000, 11010519491231002X; code 42\n\u0000';
    expect(maskedAnswer(Buffer.from(answer))).toBe('no account **** for ****, ****; code 42 ');
  });

  it('are kept in part, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8_000 }), (bytes) => {
        const kept = maskedAnswer(bytes);
        expect([...kept].length).toBeLessThanOrEqual(1_024);
        expect(kept).not.toMatch(/\d{6}|\p{Cc}/u);
      }),
    );
  });
});

describe('addresses', () => {
  const isAllowed = (url: string, allowPrivate = false) =>
    isWebhookUrl(url, { allowPrivate, isBlocked: isBlockedLiteral });

  it.each(['https://hooks.example.com/civicpay?x=1', 'https://8.8.8.8/hooks'])('can be %s', (url) => {
    expect(isAllowed(url)).toBe(true);
  });

  it.each([
    'http://hooks.example.com/',
    'https://user:word@hooks.example.com/',
    'https://hooks.example.com/#part',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://localhost/',
    'ftp://hooks.example.com/',
    'hooks.example.com',
    `https://hooks.example.com/${'a'.repeat(1_000)}`,
  ])('cannot be %s', (url) => {
    expect(isAllowed(url)).toBe(false);
  });

  it('may be on this machine in a demo', () => {
    expect(isAllowed('http://127.0.0.1:9000/hooks', true)).toBe(true);
    expect(isAllowed('file:///etc/passwd', true)).toBe(false);
  });
});
