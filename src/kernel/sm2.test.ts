import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { generateSm2KeyPair, isSm2PublicKey, signSm2, verifySm2 } from './sm2.ts';

/** GB/T 32918.5-2017, annex A.2: the recommended curve, user id 1234567812345678. */
const published = {
  message: Buffer.from('message digest'),
  privateKeyHex: '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8',
  publicKeyHex:
    '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
  signature: Buffer.from(
    'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
    'hex',
  ),
};

describe('SM2', () => {
  it('accepts the signature that the standard publishes', () => {
    const { message, publicKeyHex, signature } = published;
    expect(verifySm2(publicKeyHex, message, signature)).toBe(true);
    expect(verifySm2(publicKeyHex, Buffer.from('message digesu'), signature)).toBe(false);
  });

  it('signs with the private key what its public key verifies', () => {
    const { message, publicKeyHex, privateKeyHex } = published;
    const signature = signSm2(privateKeyHex, message);
    expect(signature).toHaveLength(64);
    expect(verifySm2(publicKeyHex, message, signature)).toBe(true);
  });

  it('verifies what was signed by the key, whatever the message, and nothing that was changed', () => {
    const { privateKeyHex, publicKeyHex } = generateSm2KeyPair();
    const other = generateSm2KeyPair();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(511), (message, bit) => {
        const signature = signSm2(privateKeyHex, message);
        expect(verifySm2(publicKeyHex, message, signature)).toBe(true);
        expect(verifySm2(other.publicKeyHex, message, signature)).toBe(false);
        const changed = Uint8Array.from(signature);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(verifySm2(publicKeyHex, message, changed)).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps to each key, however many are in use', () => {
    const { message, publicKeyHex, signature } = published;
    for (let keys = 0; keys < 120; keys++) {
      const pair = generateSm2KeyPair();
      expect(verifySm2(pair.publicKeyHex, message, signature)).toBe(false);
      if (keys % 40 === 0) {
        expect(verifySm2(pair.publicKeyHex, message, signSm2(pair.privateKeyHex, message))).toBe(true);
      }
    }
    expect(verifySm2(publicKeyHex, message, signature)).toBe(true);
  });

  it('takes no key or signature that is none', () => {
    const { message, publicKeyHex, signature } = published;
    for (const wrong of ['', 'zz', publicKeyHex.slice(2), `${publicKeyHex.slice(0, -2)}14`]) {
      expect(isSm2PublicKey(wrong)).toBe(false);
      expect(verifySm2(wrong, message, signature)).toBe(false);
    }
    for (const wrong of [new Uint8Array(), new Uint8Array(64), new Uint8Array(64).fill(255)]) {
      expect(verifySm2(publicKeyHex, message, wrong)).toBe(false);
    }
    expect(() => signSm2('1234', message)).toThrow(RangeError);
  });
});

describe('SM3 as node:crypto has it', () => {
  it('is that of GB/T 32905-2016, annex A.1', () => {
    expect(createHash('sm3').update('abc').digest('hex')).toBe(
      '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
    );
  });
});
