import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { isSm2PublicKey, signSm2, verifySm2 } from '../../src/kernel/sm2.ts';

/**
 * Keys as they are exchanged: base64 of the DER form, which is a PEM file without its first and last line. A private key is
 * PKCS #8 (RFC 5958), a public one SubjectPublicKeyInfo (RFC 5280). The key itself says its algorithm, so no message can
 * choose another: Ed25519 (RFC 8032), or SM2 with SM3 (GB/T 32918.2, 32905) with signatures as r ‖ s, 64 bytes.
 */
export interface SigningKey {
  sign(message: Uint8Array): Uint8Array;
}

export interface VerifyingKey {
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** SubjectPublicKeyInfo of an uncompressed point on the curve sm2p256v1 (1.2.156.10197.1.301), up to the point. */
const SM2_PUBLIC_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d034200', 'hex');
const SM2_CURVE = Buffer.from('06082a811ccf5501822d', 'hex');
/** ECPrivateKey (RFC 5915): version 1, then the 32 bytes of the key. */
const SM2_PRIVATE_MARK = Buffer.from('0201010420', 'hex');
const SM2_PRIVATE_BYTES = 32;

/** Reads a private key; throws RangeError when it is none of ours, without saying what it holds. */
export function readSigningKey(base64: string): SigningKey {
  const der = Buffer.from(base64, 'base64');
  return isSm2(der) ? sm2SigningKey(der) : ed25519SigningKey(der);
}

/** Reads a public key; throws RangeError when it is none of ours. */
export function readVerifyingKey(base64: string): VerifyingKey {
  const der = Buffer.from(base64, 'base64');
  return isSm2(der) ? sm2VerifyingKey(der) : ed25519VerifyingKey(der);
}

function isSm2(der: Buffer): boolean {
  return der.includes(SM2_CURVE);
}

function ed25519SigningKey(der: Buffer): SigningKey {
  const key = ed25519(() => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return { sign: (message) => sign(null, message, key) };
}

function ed25519VerifyingKey(der: Buffer): VerifyingKey {
  const key = ed25519(() => createPublicKey({ key: der, format: 'der', type: 'spki' }));
  return { verify: (message, signature) => verify(null, message, key, signature) };
}

function ed25519(read: () => KeyObject): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = read();
  } catch {
    // What Node says may quote the key.
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new RangeError('neither an Ed25519 nor an SM2 key');
  return key;
}

function sm2SigningKey(der: Buffer): SigningKey {
  const start = der.indexOf(SM2_PRIVATE_MARK) + SM2_PRIVATE_MARK.length;
  const key = der.subarray(start, start + SM2_PRIVATE_BYTES);
  if (start < SM2_PRIVATE_MARK.length || key.length < SM2_PRIVATE_BYTES || key.every((byte) => byte === 0)) {
    throw new RangeError('not an SM2 private key');
  }
  const hex = key.toString('hex');
  return { sign: (message) => signSm2(hex, message) };
}

function sm2VerifyingKey(der: Buffer): VerifyingKey {
  const point = der.subarray(SM2_PUBLIC_PREFIX.length).toString('hex');
  const isInfo = der.subarray(0, SM2_PUBLIC_PREFIX.length).equals(SM2_PUBLIC_PREFIX);
  if (!isInfo || !isSm2PublicKey(point)) throw new RangeError('not an SM2 public key');
  return { verify: (message, signature) => verifySm2(point, message, signature) };
}
