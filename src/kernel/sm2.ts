import { sm2 } from 'sm-crypto-v2';

/**
 * SM2 signatures (GB/T 32918.2) over the SM3 digest, with the user id that GM/T 0009 gives to those who have none of their
 * own. The two sides must agree on it: it is part of what is signed.
 */
const USER_ID = '1234567812345678';
const SIGNATURE_BYTES = 64;
const UNCOMPRESSED_POINT = /^04[0-9a-f]{128}$/i;

export interface Sm2KeyPair {
  /** 32 bytes. */
  privateKeyHex: string;
  /** The uncompressed point, 65 bytes: `04`, x, y. */
  publicKeyHex: string;
}

export function generateSm2KeyPair(): Sm2KeyPair {
  const { privateKey, publicKey } = sm2.generateKeyPairHex();
  return { privateKeyHex: privateKey.padStart(64, '0'), publicKeyHex: publicKey };
}

/** The signature as 64 bytes, r and s (not DER). Throws on a private key that is none. */
export function signSm2(privateKeyHex: string, message: Uint8Array): Uint8Array {
  if (!/^[0-9a-f]{64}$/i.test(privateKeyHex)) throw new RangeError('an SM2 private key is 32 bytes of hex');
  return Buffer.from(sm2.doSignature(message, privateKeyHex, { hash: true, userId: USER_ID }), 'hex');
}

/** Whether a signature (64 bytes, r and s) is that of the message; false for keys and signatures that are none. */
export function verifySm2(publicKeyHex: string, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES || !UNCOMPRESSED_POINT.test(publicKeyHex)) return false;
  const signatureHex = Buffer.from(signature).toString('hex');
  // The library throws for a point that is not on the curve, and for an r or s that is no scalar of it.
  return isTrueWithoutThrowing(() =>
    sm2.doVerifySignature(message, signatureHex, preparedPoint(publicKeyHex), {
      hash: true,
      userId: USER_ID,
    }),
  );
}

/** Whether a text is an uncompressed point on the curve, in hexadecimal. */
export function isSm2PublicKey(publicKeyHex: string): boolean {
  return (
    UNCOMPRESSED_POINT.test(publicKeyHex) && isTrueWithoutThrowing(() => sm2.verifyPublicKey(publicKeyHex))
  );
}

type Point = ReturnType<typeof sm2.precomputePublicKey>;

/** Points with their multiples, which make verifying several times faster: those used of late, the oldest first. */
const prepared = new Map<string, Point>();
/** Each takes some tens of kilobytes. */
const MAX_PREPARED = 100;
const WINDOW_BITS = 4;

function preparedPoint(publicKeyHex: string): Point {
  const point = prepared.get(publicKeyHex) ?? sm2.precomputePublicKey(publicKeyHex, WINDOW_BITS);
  prepared.delete(publicKeyHex);
  prepared.set(publicKeyHex, point);
  const [oldest] = prepared.keys();
  if (prepared.size > MAX_PREPARED && oldest !== undefined) prepared.delete(oldest);
  return point;
}

function isTrueWithoutThrowing(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
