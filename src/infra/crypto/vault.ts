import { createCipheriv, createDecipheriv, createHmac, type Hmac, hkdfSync, randomBytes } from 'node:crypto';
import { releaseBytes } from '../memory/index.ts';
import { constantTimeEqual } from './constant-time.ts';
import type { Vault, VaultKeys } from './crypto.types.ts';

const KEY_BYTES = 32;
/** 96 random bits, as NIST SP 800-38D recommends for GCM: good for 2^32 values under one key, then rotate. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** The first byte of sealed bytes. */
const SEALED_BYTES = 1;

/** Crockford base 32: no I, L, O, U, so that a printed code is typed as it was meant. */
const CODE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_CHARS = 10;

/** Makes a vault; throws RangeError on keys that are missing, badly named or of the wrong length. */
export function createVault(vaultKeys: VaultKeys): Vault {
  const { current, keys, indexKey } = vaultKeys;
  const sealingKeys = new Map(
    Object.entries(keys).map(([id, text]) => [checkedKeyId(id), keyBytes(text, id)]),
  );
  const sealingKey = sealingKeys.get(current);
  if (!sealingKey) throw new RangeError('the current vault key is not among the keys');
  // One key per job, so that what one of them gives away says nothing about another.
  const indexRoot = keyBytes(indexKey, 'index key');
  const blindIndexKey = subkey(indexRoot, 'civicpay blind index');
  const codeKey = subkey(indexRoot, 'civicpay short code');

  const signCode = (payload: string, purpose: string) => codeOf(hmac(codeKey, payload, purpose).digest());
  const vault: Vault = {
    seal(plaintext, context) {
      const nonce = newNonce();
      const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce);
      cipher.setAAD(associatedData(current, context));
      const body = [nonce, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return `v1.${current}.${Buffer.concat(body).toString('base64url')}`;
    },
    open(sealed, context) {
      const [version, keyId = '', body = '', ...more] = sealed.split('.');
      const key = sealingKeys.get(keyId);
      const bytes = Buffer.from(body, 'base64url');
      const wellFormed = version === 'v1' && more.length === 0 && bytes.length >= NONCE_BYTES + TAG_BYTES;
      // base64url ignores what it can't read: only the one true spelling is accepted.
      if (!wellFormed || bytes.toString('base64url') !== body) throw new Error('not a sealed value');
      if (!key) throw new Error('sealed under a vault key that is not here');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(associatedData(keyId, context));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([
        decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)),
        decipher.final(),
      ]).toString('utf8');
    },
    sealBytes: (plaintext, context) => sealBytes(current, sealingKey, plaintext, context),
    openBytes: (sealed, context) => openBytes(sealingKeys, sealed, context),
    blindIndex: (value, purpose) => hmac(blindIndexKey, value, purpose).digest('base64url'),
    signCode,
    verifyCode: (code, payload, purpose) => constantTimeEqual(typedCode(code), signCode(payload, purpose)),
  };
  KEYS_OF.set(vault, vaultKeys);
  return vault;
}

const KEYS_OF = new WeakMap<Vault, VaultKeys>();

/** What another thread of this process makes the same vault from; for no other use. Throws RangeError for what is no vault of ours. */
export function keysOfVault(vault: Vault): VaultKeys {
  const keys = KEYS_OF.get(vault);
  if (!keys) throw new RangeError('not a vault of createVault');
  return keys;
}

function sealBytes(keyId: string, key: Buffer, plaintext: Uint8Array, context: string): Buffer {
  const nonce = newNonce();
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(associatedDataOfBytes(keyId, context));
  const body = cipher.update(plaintext);
  // With this cipher nothing is left to come.
  cipher.final();
  const bodyAt = 2 + keyId.length + NONCE_BYTES;
  const sealed = Buffer.allocUnsafeSlow(bodyAt + body.length + TAG_BYTES);
  sealed[0] = SEALED_BYTES;
  sealed[1] = keyId.length;
  sealed.write(keyId, 2, 'latin1');
  sealed.set(nonce, bodyAt - NONCE_BYTES);
  sealed.set(body, bodyAt);
  sealed.set(cipher.getAuthTag(), bodyAt + body.length);
  releaseBytes(body);
  return sealed;
}

function openBytes(keys: ReadonlyMap<string, Buffer>, sealed: Uint8Array, context: string): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length);
  const nonceAt = 2 + (bytes[1] ?? 0);
  const textAt = nonceAt + NONCE_BYTES;
  if (bytes[0] !== SEALED_BYTES || bytes.length < textAt + TAG_BYTES) throw new Error('not a sealed value');
  const keyId = bytes.toString('latin1', 2, nonceAt);
  const key = keys.get(keyId);
  if (!key) throw new Error('sealed under a vault key that is not here');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(nonceAt, textAt), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(associatedDataOfBytes(keyId, context));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const opened = decipher.update(bytes.subarray(textAt, -TAG_BYTES));
  // Throws where the tag does not fit; with this cipher nothing is left to come.
  decipher.final();
  return opened;
}

/** Random bytes are drawn many at a time, and each used once: a call to the generator costs as much as the sealing. */
let nonces = Buffer.alloc(0);
let noncesUsed = 0;

function newNonce(): Buffer {
  if (noncesUsed === nonces.length) {
    nonces = randomBytes(NONCE_BYTES * 512);
    noncesUsed = 0;
  }
  noncesUsed += NONCE_BYTES;
  return nonces.subarray(noncesUsed - NONCE_BYTES, noncesUsed);
}

function checkedKeyId(id: string): string {
  if (!/^[A-Za-z0-9_-]{1,16}$/.test(id))
    throw new RangeError('a vault key id is 1 to 16 letters, digits, - or _');
  return id;
}

function keyBytes(base64: string, name: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== KEY_BYTES)
    throw new RangeError(`vault key ${name} must be ${KEY_BYTES} bytes in base64`);
  return bytes;
}

function subkey(root: Buffer, label: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, '', label, KEY_BYTES));
}

/** Key id and context: a value can't be passed off as another key's or another column's. */
function associatedData(keyId: string, context: string): Buffer {
  return Buffer.from(`v1.${keyId}.${context}`, 'utf8');
}

function associatedDataOfBytes(keyId: string, context: string): Buffer {
  return Buffer.from(`b1.${keyId}.${context}`, 'utf8');
}

/** The length in front of the purpose keeps (`ab`, `c`) and (`a`, `bc`) apart. */
function hmac(key: Buffer, value: string, purpose: string): Hmac {
  return createHmac('sha256', key).update(`${purpose.length}:${purpose}:${value}`, 'utf8');
}

function codeOf(digest: Buffer): string {
  let code = '';
  for (let i = 0; i < CODE_CHARS; i++) code += CODE_ALPHABET[(digest[i] ?? 0) & 31];
  return code;
}

function typedCode(code: string): string {
  return code.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
}
