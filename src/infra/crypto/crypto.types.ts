/** Encrypts personal data at rest (AES-256-GCM, rotating keys) and indexes it blindly (HMAC-SHA-256). */
export interface Vault {
  /**
   * Ciphertext as `v1.<key id>.<base64url of nonce, ciphertext and tag>`. `context` names the column
   * (`payments.inputs`) and is authenticated: a value moved to another column does not open.
   */
  seal(plaintext: string, context: string): string;
  /** Throws when the value was tampered with, moved, or sealed under a key that is no longer there. */
  open(sealed: string, context: string): string;
  /**
   * As `seal`, for bytes: a byte of version, the key id behind its length, nonce, ciphertext and tag. They lie in memory of their own,
   * so that they may be moved to another thread.
   */
  sealBytes(plaintext: Uint8Array, context: string): Buffer;
  /** As `open`, for what `sealBytes` made; in memory of their own, too. */
  openBytes(sealed: Uint8Array, context: string): Buffer;
  /** The same value and purpose always give the same 43 characters, from which the value can't be found. */
  blindIndex(value: string, purpose: string): string;
  /**
   * A short code that only we can make for this payload and purpose: 10 characters of Crockford base 32 (50 bits),
   * to be printed and typed. Guessing it needs the server, so limit the tries.
   */
  signCode(payload: string, purpose: string): string;
  /** Whether a typed code is the payload's; forgives case, hyphens, spaces, and O, I, L for 0, 1, 1. */
  verifyCode(code: string, payload: string, purpose: string): boolean;
}

export interface VaultKeys {
  /** Id of the key that seals; one of `keys`. */
  current: string;
  /** Key id (1 to 16 letters, digits, `-`, `_`) → 32 bytes in base64. Old keys stay to open what they sealed. */
  keys: Readonly<Record<string, string>>;
  /** 32 bytes in base64. Never rotated alone: indexes and printed codes are made with it. */
  indexKey: string;
}
