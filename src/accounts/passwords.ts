import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** How dear a guess is: log2 of the work, block size, passes (RFC 7914). */
export interface PasswordCost {
  ln: number;
  r: number;
  p: number;
}

/** 32 MiB and three passes: one of the settings of OWASP's Password Storage Cheat Sheet for scrypt. */
export const PASSWORD_COST: PasswordCost = { ln: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Hashes a password as `$scrypt$ln=15,r=8,p=3$<salt>$<hash>` (base64url), so that the cost can be raised later. */
export async function hashPassword(password: string, cost: PasswordCost): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await run(password, salt, cost);
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/** Throws on a hash that `hashPassword` did not write. */
export async function passwordMatches(password: string, stored: string): Promise<boolean> {
  const match = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/.exec(stored);
  if (!match) throw new Error('not a password hash');
  const [, ln, r, p, salt = '', hash = ''] = match;
  const expected = Buffer.from(hash, 'base64url');
  const actual = await run(password, Buffer.from(salt, 'base64url'), {
    ln: Number(ln),
    r: Number(r),
    p: Number(p),
  });
  return timingSafeEqual(actual, expected);
}

/** NFKC, so that a password typed on another keyboard is the same password (NIST SP 800-63B). */
function run(password: string, salt: Buffer, cost: PasswordCost): Promise<Buffer> {
  const N = 2 ** cost.ln;
  const maxmem = 256 * N * cost.r;
  return derive(password.normalize('NFKC'), salt, HASH_BYTES, { N, r: cost.r, p: cost.p, maxmem });
}
