/** Encrypts personal data at rest (AES-256-GCM, rotating keys) and indexes it blindly (HMAC-SHA-256). */
export interface Vault {
  /**
   * Ciphertext as `v1.<key id>.<base64url of nonce, ciphertext and tag>`. `context` names the column
   * (`payments.inputs`) and is authenticated: a value moved to another column does not open.
   */
  seal(plaintext: string, context: string): string;
  /** Throws when the value was tampered with, moved, or sealed under a key that is no longer there. */
  open(sealed: string, context: string): string;
  /** The same value and purpose always give the same 43 characters, from which the value can't be found. */
  blindIndex(value: string, purpose: string): string;
}
