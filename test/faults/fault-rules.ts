import type { World } from './world.ts';

/** Faults of the power company that come with an account; null is none. The others keep a bill from being seen at all. */
export const ACCOUNT_FAULTS = [
  null,
  null,
  null,
  'timeoutBeforePosting',
  'timeoutAfterPosting',
  'refuse',
  'refuse',
  'badJson',
  'duplicate',
  'pendingThenPosted',
  'wrongSignature',
  'unknownCode',
] as const;

const ANSWER_FAULTS = ['slow', 'timeoutBefore', 'timeoutAfter', 'down', 'nonsense', 'badSignature'] as const;

/** What the bank's calls can suffer, and the share of each. */
const BANK_FAULTS: Readonly<Record<string, { share: number; faults: readonly string[] }>> = {
  debit: {
    share: 0.03,
    faults: [...ANSWER_FAULTS, 'unknownStatus', 'refuse', 'insufficientFunds', 'settleLater'],
  },
  queryDebit: { share: 0.04, faults: [...ANSWER_FAULTS, 'unknownStatus'] },
  confirm: { share: 0.05, faults: ['refuse', 'insufficientFunds', 'settleLater'] },
  refund: { share: 0.05, faults: [...ANSWER_FAULTS, 'unknownStatus', 'refuse', 'settleLater'] },
  queryRefund: { share: 0.05, faults: [...ANSWER_FAULTS, 'unknownStatus'] },
  notify: { share: 0.12, faults: ['late', 'duplicated', 'outOfOrder', 'never'] },
};

/** What the power company's calls can suffer, whoever's account it is. */
const POWER_FAULTS: Readonly<Record<string, { share: number; faults: readonly string[] }>> = {
  queryArrears: { share: 0.02, faults: ['slow', 'reset', 'closed', 'badJson', 'wrongSignature'] },
  pay: { share: 0.03, faults: ['slow', 'reset', 'closed', 'refuse'] },
  queryPayment: { share: 0.04, faults: ['slow', 'reset', 'badJson', 'wrongSignature', 'unknownCode'] },
};

/** Short of and beyond the time-out of a call, so that both come. */
const DELAY_MS = 1_200;

/** Arms every fault that the bank and the power company have; each strikes a share of the calls, drawn from the seed. */
export async function armAllFaults({ bank, power }: World, seed: number): Promise<void> {
  let rule = 0;
  for (const [sandbox, faultsOf] of [
    [bank, BANK_FAULTS],
    [power, POWER_FAULTS],
  ] as const) {
    for (const [operation, { share, faults }] of Object.entries(faultsOf)) {
      for (const fault of faults) {
        rule++;
        await sandbox.arm({ operation, fault, share, seed: (seed + rule) % 2 ** 31, delayMs: DELAY_MS });
      }
    }
  }
}

export async function clearFaults({ bank, power }: World): Promise<void> {
  await bank.call('DELETE', 'faults');
  await power.call('POST', 'faults/clear', {});
}
