import { createAccounts } from '../../src/accounts/index.ts';
import { createVault, type VaultKeys } from '../../src/infra/crypto/index.ts';
import { type Db, openDb, transact } from '../../src/infra/db/index.ts';
import { createLogger } from '../../src/infra/log/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { newId, randomShardHint } from '../../src/kernel/ids.ts';

export interface SignedInResident {
  residentId: string;
  sessionToken: string;
  csrfToken: string;
}

/** Residents with sessions as sign-in makes them: sign-in itself is limited by phone and address on purpose. */
export async function signInResidents(
  databaseUrl: string,
  keys: VaultKeys,
  count: number,
): Promise<SignedInResident[]> {
  const db: Db = openDb({ url: databaseUrl });
  try {
    const { sessions } = createAccounts({
      db,
      vault: createVault(keys),
      clock: systemClock,
      log: createLogger({ level: 'warn', service: 'bench' }),
      config: { publicUrl: 'http://localhost', smsSender: null },
    });
    const client = { address: '127.0.0.1', traceId: '0'.repeat(32), sessionToken: null };
    const residents: SignedInResident[] = [];
    for (let i = 0; i < count; i++) {
      const residentId = newId('res', Date.now(), randomShardHint());
      const user = {
        userId: residentId,
        kind: 'resident' as const,
        roles: ['resident' as const],
        agencyId: null,
        displayName: '138****8000',
      };
      const { token } = await transact(db, (tx) => sessions.begin(tx, user, 'smsCode', client));
      residents.push({ residentId, sessionToken: token, csrfToken: sessions.csrfTokenFor(token) });
    }
    return residents;
  } finally {
    await db.destroy();
  }
}
