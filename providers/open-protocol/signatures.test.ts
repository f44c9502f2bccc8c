import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { httpbis } from 'http-message-signatures';
import { sm2 } from 'sm-crypto-v2';
import { generateSm2KeyPair } from '../../src/kernel/sm2.ts';
import { newOpenAgencyKeys } from '../../test/support/open-agency.ts';
import { readSigningKey, readVerifyingKey } from './keys.ts';
import { faultOfRequest, REPLAY_WINDOW_SECONDS, signRequest } from './signatures.ts';

const NOW_SECONDS = 1_800_000_000;
const URL_ = 'https://pay.agency.example/civicpay/v1/payments';

/** PKCS #8 and SubjectPublicKeyInfo of an SM2 key, as OpenSSL writes them. */
function sm2Keys(pair = generateSm2KeyPair()) {
  const privateKey = Buffer.from(
    `308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420${pair.privateKeyHex}a144034200${pair.publicKeyHex}`,
    'hex',
  );
  const publicKey = Buffer.from(
    `3059301306072a8648ce3d020106082a811ccf5501822d034200${pair.publicKeyHex}`,
    'hex',
  );
  return { privateKey: privateKey.toString('base64'), publicKey: publicKey.toString('base64') };
}

const kinds = { Ed25519: newOpenAgencyKeys('k'), SM2: sm2Keys() };

function signedRequest(keys: { privateKey: string }, text: string) {
  const body = Buffer.from(text);
  const headers = signRequest(
    { method: 'POST', url: URL_, contentType: 'application/json', body },
    { keyId: 'civicpay-1', key: readSigningKey(keys.privateKey), createdSeconds: NOW_SECONDS },
  );
  return {
    method: 'POST',
    path: '/civicpay/v1/payments',
    headers: { ...headers, host: 'pay.agency.example' } as Record<string, string>,
    body,
  };
}

describe.each(Object.entries(kinds))('a request signed with %s', (_, keys) => {
  const keyOf = (id: string) => (id === 'civicpay-1' ? readVerifyingKey(keys.publicKey) : undefined);

  it('is believed within the window, on either side of the clock, and not beyond it', () => {
    const request = signedRequest(keys, '{"a":1}');
    for (const offSeconds of [-REPLAY_WINDOW_SECONDS, -1, 0, 1, REPLAY_WINDOW_SECONDS]) {
      expect(faultOfRequest(request, keyOf, NOW_SECONDS + offSeconds)).toBeNull();
    }
    for (const offSeconds of [-REPLAY_WINDOW_SECONDS - 1, REPLAY_WINDOW_SECONDS + 1]) {
      expect(faultOfRequest(request, keyOf, NOW_SECONDS + offSeconds)).toBe('outOfTime');
    }
  });

  it('is not believed once any part of it has changed', () => {
    const request = signedRequest(keys, '{"a":1}');
    const { headers } = request;
    const input = headers['signature-input'] ?? '';
    const changed = {
      componentsWrong: { headers: { ...headers, 'signature-input': input.replace('"@path" ', '') } },
      digestWrong: { body: Buffer.from('{"a":2}') },
      keyUnknown: { headers: { ...headers, 'signature-input': input.replace('civicpay-1', 'civicpay-2') } },
      signatureMissing: { headers: { ...headers, signature: '' } },
    };
    for (const [fault, part] of Object.entries(changed)) {
      expect(faultOfRequest({ ...request, ...part }, keyOf, NOW_SECONDS)).toBe(fault);
    }
    for (const part of [
      { method: 'PUT' },
      { path: '/civicpay/v1/payments/refund' },
      { headers: { ...headers, host: 'pay.other.example' } },
      { headers: { ...headers, 'content-type': 'text/plain' } },
      {
        headers: {
          ...headers,
          'signature-input': input.replace(`created=${NOW_SECONDS}`, `created=${NOW_SECONDS + 1}`),
        },
      },
    ]) {
      expect(faultOfRequest({ ...request, ...part }, keyOf, NOW_SECONDS)).toBe('signatureWrong');
    }
  });

  it('carries a nonce of its own each time', () => {
    const nonces = Array.from({ length: 20 }, () => signedRequest(keys, '').headers['signature-input']);
    expect(new Set(nonces).size).toBe(20);
  });
});

describe('signatures', () => {
  it('hold for any body, and for no other', () => {
    const keys = kinds.Ed25519;
    const keyOf = () => readVerifyingKey(keys.publicKey);
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        const request = signedRequest(keys, text);
        expect(faultOfRequest(request, keyOf, NOW_SECONDS)).toBeNull();
        const fault = faultOfRequest({ ...request, body: Buffer.from(other) }, keyOf, NOW_SECONDS);
        expect(fault).toBe(Buffer.from(other).equals(request.body) ? null : 'digestWrong');
      }),
    );
  });

  it('never throw, whatever the headers hold', () => {
    const keyOf = () => readVerifyingKey(kinds.SM2.publicKey);
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (input, signature, host) => {
        const headers = { 'signature-input': `civicpay=${input}`, signature: `civicpay=${signature}`, host };
        const request = { method: 'POST', path: '/', headers, body: Buffer.from('') };
        expect(faultOfRequest(request, keyOf, NOW_SECONDS)).not.toBeNull();
      }),
    );
  });

  it('are those of RFC 9421, as a reader of it that we did not write finds', async () => {
    const { headers } = signedRequest(kinds.Ed25519, '{"a":1}');
    const key = readVerifyingKey(kinds.Ed25519.publicKey);
    const verified = await httpbis.verifyMessage(
      {
        keyLookup: async ({ keyid }) => ({
          id: String(keyid),
          verify: async (data, signature) => key.verify(data, signature),
        }),
        notAfter: NOW_SECONDS,
        tolerance: NOW_SECONDS,
      },
      { method: 'POST', url: URL_, headers },
    );
    expect(verified).toBe(true);
  });
});

describe('keys', () => {
  it('verify the Ed25519 example that RFC 9421 publishes (B.2.6)', () => {
    const publicKey = 'MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=';
    const base = [
      '"date": Tue, 20 Apr 2021 02:07:55 GMT',
      '"@method": POST',
      '"@path": /foo',
      '"@authority": example.com',
      '"content-type": application/json',
      '"content-length": 18',
      '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    ].join('\n');
    const signature = Buffer.from(
      'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
      'base64',
    );
    expect(readVerifyingKey(publicKey).verify(Buffer.from(base), signature)).toBe(true);
    expect(readVerifyingKey(publicKey).verify(Buffer.from(`${base} `), signature)).toBe(false);
  });

  it('verify the SM2 example that GB/T 32918.5 publishes, which Node cannot: its user id is empty', () => {
    const publicKeyHex =
      '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13';
    const privateKeyHex = '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8';
    const signature = Buffer.from(
      'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
      'hex',
    );
    const message = Buffer.from('message digest');
    const keys = sm2Keys({ privateKeyHex, publicKeyHex });
    expect(readVerifyingKey(keys.publicKey).verify(message, signature)).toBe(true);
    expect(
      readVerifyingKey(keys.publicKey).verify(message, readSigningKey(keys.privateKey).sign(message)),
    ).toBe(true);

    const nodePrivate = createPrivateKey({
      key: Buffer.from(keys.privateKey, 'base64'),
      format: 'der',
      type: 'pkcs8',
    });
    const nodePublic = createPublicKey({
      key: Buffer.from(keys.publicKey, 'base64'),
      format: 'der',
      type: 'spki',
    });
    const byNode = sign('sm3', message, nodePrivate).toString('hex');
    const der = { hash: true, der: true } as const;
    expect(sm2.doVerifySignature(message, byNode, publicKeyHex, { ...der, userId: '' })).toBe(true);
    expect(sm2.doVerifySignature(message, byNode, publicKeyHex, der)).toBe(false);
    const byLibrary = sm2.doSignature(message, privateKeyHex, { ...der, userId: '' });
    expect(verify('sm3', message, nodePublic, Buffer.from(byLibrary, 'hex'))).toBe(true);
  });

  it('are only those that the protocol knows, and errors do not quote them', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { format: 'der', type: 'pkcs8' },
      publicKeyEncoding: { format: 'der', type: 'spki' },
    });
    const offCurve = Buffer.from(kinds.SM2.publicKey, 'base64');
    offCurve[offCurve.length - 1] = (offCurve[offCurve.length - 1] ?? 0) ^ 1;
    for (const wrong of ['', 'secret', publicKey.toString('base64'), offCurve.toString('base64')]) {
      expect(() => readVerifyingKey(wrong)).toThrow(RangeError);
    }
    for (const wrong of ['', 'secret', privateKey.toString('base64'), kinds.SM2.publicKey]) {
      expect(() => readSigningKey(wrong)).toThrow(RangeError);
      expect(() => readSigningKey(wrong)).not.toThrow(/secret/);
    }
  });
});
