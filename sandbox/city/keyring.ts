import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generateSm2KeyPair } from '../../src/kernel/sm2.ts';

/** One side's key pair: base64 of PKCS #8 and of SubjectPublicKeyInfo but for SM2. */
export interface KeyPair {
  privateKey: string;
  publicKey: string;
}

type Kept = Record<string, string | KeyPair>;

/** The keys of a demo's agencies, drawn when first asked for and kept in a file that only we may read. */
export class Keyring {
  private readonly file: string;
  private readonly kept: Kept;

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true });
    this.file = path.join(dataDir, 'keys.json');
    this.kept = existsSync(this.file) ? (JSON.parse(readFileSync(this.file, 'utf8')) as Kept) : {};
  }

  /** 43 characters that nobody else knows. */
  secret(name: string): string {
    return this.keep(name, () => randomBytes(32).toString('base64url'));
  }

  rsa(name: string): KeyPair {
    return this.keep(name, () =>
      inBase64(
        generateKeyPairSync('rsa', {
          modulusLength: 2_048,
          privateKeyEncoding: { format: 'der', type: 'pkcs8' },
          publicKeyEncoding: { format: 'der', type: 'spki' },
        }),
      ),
    );
  }

  p256(name: string): KeyPair {
    return this.keep(name, () =>
      inBase64(
        generateKeyPairSync('ec', {
          namedCurve: 'P-256',
          privateKeyEncoding: { format: 'der', type: 'pkcs8' },
          publicKeyEncoding: { format: 'der', type: 'spki' },
        }),
      ),
    );
  }

  ed25519(name: string): KeyPair {
    return this.keep(name, () =>
      inBase64(
        generateKeyPairSync('ed25519', {
          privateKeyEncoding: { format: 'der', type: 'pkcs8' },
          publicKeyEncoding: { format: 'der', type: 'spki' },
        }),
      ),
    );
  }

  /** In hexadecimal, as the standard writes them. */
  sm2(name: string): KeyPair {
    return this.keep(name, () => {
      const { privateKeyHex, publicKeyHex } = generateSm2KeyPair();
      return { privateKey: privateKeyHex, publicKey: publicKeyHex };
    });
  }

  private keep<Value extends string | KeyPair>(name: string, draw: () => Value): Value {
    const known = this.kept[name];
    if (known !== undefined) return known as Value;
    const drawn = draw();
    this.kept[name] = drawn;
    writeFileSync(`${this.file}.unfinished`, JSON.stringify(this.kept), { mode: 0o600 });
    renameSync(`${this.file}.unfinished`, this.file);
    return drawn;
  }
}

function inBase64(pair: { privateKey: Buffer; publicKey: Buffer }): KeyPair {
  return { privateKey: pair.privateKey.toString('base64'), publicKey: pair.publicKey.toString('base64') };
}
