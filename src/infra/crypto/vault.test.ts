import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { constantTimeEqual, createVault } from './index.ts';

const key = () => randomBytes(32).toString('base64');
const indexKey = key();
const keys = { 'k-2025': key(), 'k-2026': key() };
const vault = createVault({ current: 'k-2026', keys, indexKey });

/** Any text, lone surrogates aside: UTF-8 has none. */
const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const name = fc.string({ minLength: 1, maxLength: 40 });

describe('vault', () => {
  it('opens what it sealed, and seals the same text differently each time', () => {
    fc.assert(
      fc.property(text, name, (plaintext, context) => {
        const sealed = vault.seal(plaintext, context);
        expect(sealed).toMatch(/^v1\.k-2026\.[\w-]+$/);
        expect(vault.open(sealed, context)).toBe(plaintext);
        expect(vault.seal(plaintext, context)).not.toBe(sealed);
      }),
    );
  });

  it('does not open a value that was moved to another column', () => {
    fc.assert(
      fc.property(text, name, name, (plaintext, context, other) => {
        fc.pre(context !== other);
        const sealed = vault.seal(plaintext, context);
        expect(() => vault.open(sealed, other)).toThrow();
      }),
    );
  });

  it('does not open a value with any character changed, added or taken away', () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.constantFrom(...'AZaz09-_.'), (plaintext, position, char) => {
        const sealed = vault.seal(plaintext, 'c');
        const at = position % sealed.length;
        const changed = sealed.slice(0, at) + char + sealed.slice(at + 1);
        fc.pre(changed !== sealed);
        expect(() => vault.open(changed, 'c')).toThrow();
        expect(() => vault.open(sealed + char, 'c')).toThrow();
        expect(() => vault.open(sealed.slice(0, at), 'c')).toThrow();
      }),
    );
  });

  it('opens the bytes that it sealed, under their own name and key, and no others', () => {
    const old = createVault({ current: 'k-2025', keys, indexKey });
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        name,
        name,
        fc.nat(),
        (bytes, context, other, position) => {
          const sealed = old.sealBytes(bytes, context);
          const opened = vault.openBytes(sealed, context);
          expect(new Uint8Array(opened)).toEqual(bytes);
          for (const { buffer, length } of [sealed, opened]) expect(buffer.byteLength).toBe(length);
          if (other !== context) expect(() => vault.openBytes(sealed, other)).toThrow();
          const changed = Uint8Array.from(sealed, (byte, at) =>
            at === position % sealed.length ? byte ^ 1 : byte,
          );
          expect(() => vault.openBytes(changed, context)).toThrow();
          expect(() => vault.openBytes(sealed.subarray(0, position % sealed.length), context)).toThrow();
        },
      ),
    );
    // What was sealed as text is no bytes.
    expect(() => vault.openBytes(Buffer.from(vault.seal('a', 'c')), 'c')).toThrow('not a sealed value');
  });

  it('opens under an old key after rotation, and no longer once the old key is gone', () => {
    const before = createVault({ current: 'k-2025', keys, indexKey });
    fc.assert(
      fc.property(text, (plaintext) => {
        const sealed = before.seal(plaintext, 'c');
        expect(vault.open(sealed, 'c')).toBe(plaintext);
        const after = createVault({ current: 'k-2026', keys: { 'k-2026': keys['k-2026'] }, indexKey });
        expect(() => after.open(sealed, 'c')).toThrow('not here');
      }),
    );
  });

  it('refuses keys that are missing, short or badly named', () => {
    expect(() => createVault({ current: 'x', keys, indexKey })).toThrow(RangeError);
    expect(() => createVault({ current: 'a', keys: { a: 'c2hvcnQ=' }, indexKey })).toThrow(RangeError);
    expect(() => createVault({ current: 'a.b', keys: { 'a.b': key() }, indexKey })).toThrow(RangeError);
    expect(() => createVault({ current: 'a', keys: { a: key() }, indexKey: '' })).toThrow(RangeError);
  });

  it('indexes equal values of one purpose equally, and everything else differently', () => {
    fc.assert(
      fc.property(text, name, text, name, (value, purpose, otherValue, otherPurpose) => {
        const index = vault.blindIndex(value, purpose);
        expect(index).toMatch(/^[\w-]{43}$/);
        expect(vault.blindIndex(value, purpose)).toBe(index);
        fc.pre(value !== otherValue || purpose !== otherPurpose);
        expect(vault.blindIndex(otherValue, otherPurpose)).not.toBe(index);
      }),
    );
    const elsewhere = createVault({ current: 'k-2026', keys, indexKey: key() });
    expect(elsewhere.blindIndex('v', 'p')).not.toBe(vault.blindIndex('v', 'p'));
  });

  it('signs short codes that are read back however they were typed, and no other code', () => {
    fc.assert(
      fc.property(text, name, fc.nat(9), (payload, purpose, position) => {
        const code = vault.signCode(payload, purpose);
        expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
        const typed = `${code.slice(0, 5)}-${code.slice(5)} `
          .toLowerCase()
          .replaceAll('0', 'o')
          .replaceAll('1', 'l');
        expect(vault.verifyCode(typed, payload, purpose)).toBe(true);
        const wrong =
          code.slice(0, position) + (code[position] === 'A' ? 'B' : 'A') + code.slice(position + 1);
        expect(vault.verifyCode(wrong, payload, purpose)).toBe(false);
        expect(vault.verifyCode(code, `${payload}x`, purpose)).toBe(false);
        expect(vault.verifyCode(code, payload, `${purpose}x`)).toBe(false);
      }),
    );
  });
});

describe('constantTimeEqual', () => {
  it('agrees with ===', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(constantTimeEqual(a, b)).toBe(a === b);
        expect(constantTimeEqual(a, a)).toBe(true);
      }),
    );
  });
});
