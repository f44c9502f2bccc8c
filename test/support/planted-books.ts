import { writeAdvances } from '../../src/billing/advance.repo.ts';
import { writeOrders } from '../../src/billing/order.repo.ts';
import type { Vault } from '../../src/infra/crypto/index.ts';
import { type Db, type Tx, transact } from '../../src/infra/db/index.ts';
import type { PlayedPayment } from './planted-payments.ts';

const PAYMENTS_AT_ONCE = 250;

/** Puts payments into the database as billing does it, with every step, journal and return. */
export async function keepPayments(
  db: Db,
  vault: Vault,
  payments: readonly PlayedPayment[],
  nowMs: number,
): Promise<void> {
  for (let from = 0; from < payments.length; from += PAYMENTS_AT_ONCE) {
    const some = payments.slice(from, from + PAYMENTS_AT_ONCE);
    await transact(db, async (tx) => {
      const drafts = some.map(({ created }) => ({ payment: created, billKeys: [created.paymentId] }));
      await writeOrders(tx, vault, drafts, nowMs);
      await keepSteps(tx, vault, some, nowMs);
    });
  }
}

/** Carries payments that are there on by what was played of them. */
export async function keepSteps(
  tx: Tx,
  vault: Vault,
  payments: readonly Pick<PlayedPayment, 'steps'>[],
  nowMs: number,
): Promise<void> {
  const rounds = Math.max(...payments.map(({ steps }) => steps.length));
  for (let round = 0; round < rounds; round++) {
    const advances = payments.flatMap(({ steps }) => {
      const step = steps[round];
      return step ? [{ ...step, next: { kind: 'done' } as const, evidence: null, notification: null }] : [];
    });
    const applied = await writeAdvances(tx, vault, advances, nowMs);
    if (applied.includes(false)) throw new Error('a payment was moved by somebody else');
  }
}
