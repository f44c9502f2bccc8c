import { hashPassword, PASSWORD_COST, passwordMatches } from './passwords.ts';

describe('passwords', () => {
  it('match themselves only, and hash differently each time', async () => {
    const hash = await hashPassword('correct horse battery', PASSWORD_COST);
    expect(hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w-]{22}\$[\w-]{43}$/);
    expect(await hashPassword('correct horse battery', PASSWORD_COST)).not.toBe(hash);
    expect(await passwordMatches('correct horse battery', hash)).toBe(true);
    expect(await passwordMatches('Correct horse battery', hash)).toBe(false);
    expect(await passwordMatches('', hash)).toBe(false);
  });

  it('match however the keyboard composed them', async () => {
    const hash = await hashPassword('caf\u00e9 ﬁsh', PASSWORD_COST);
    expect(await passwordMatches('cafe\u0301 fish', hash)).toBe(true);
  });

  it('are checked at the cost they were hashed with', async () => {
    // RFC 7914, section 12: scrypt of "pleaseletmein" with salt "SodiumChloride", N=16384, r=8, p=1; first 32 bytes.
    const expected = '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2';
    const salt = Buffer.from('SodiumChloride').toString('base64url');
    const stored = `$scrypt$ln=14,r=8,p=1$${salt}$${Buffer.from(expected, 'hex').toString('base64url')}`;
    expect(await passwordMatches('pleaseletmein', stored)).toBe(true);
    await expect(passwordMatches('x', '$argon2id$…')).rejects.toThrow('not a password hash');
  });
});
