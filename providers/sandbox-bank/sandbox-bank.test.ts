import { createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BankOptions, startBank } from '../../sandbox/bank/index.ts';
import { businessDateOf } from '../../src/kernel/business-date.ts';
import { parseMinor } from '../../src/kernel/money.ts';
import { type ChannelSide, channelContract } from '../../test/contract/channel.contract.ts';
import channel from './index.ts';

const SETTLE_DELAY_MS = 5_000;

channelContract({ name: 'sandbox-bank', channel, start });

async function start(): Promise<ChannelSide> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'bank-'));
  const secret = randomBytes(32);
  const options: BankOptions = {
    port: 0,
    dataDir,
    merchantId: 'civicpay',
    merchantKey: randomBytes(32).toString('base64url'),
    webhookSecret: `whsec_${secret.toString('base64')}`,
    controlToken: randomBytes(16).toString('hex'),
  };
  let bank = await startBank(options);
  const { merchantId, merchantKey, webhookSecret } = options;
  // The channel's clock goes on where it was when the process starts anew.
  let offsetMs = 0;
  const nowMs = () => Date.now() + offsetMs;
  const press = async (confirmUrl: string, button: string) => {
    const response = await fetch(`${confirmUrl}/${button}`, { method: 'POST', redirect: 'manual' });
    await response.arrayBuffer();
    return response.status === 303;
  };
  return {
    settings: { baseUrl: bank.url, merchantId, merchantKey, webhookSecret },
    currency: 'CNY',
    settleDelayMs: SETTLE_DELAY_MS,
    nowMs,
    async advanceClock(byMs) {
      offsetMs += byMs;
      bank.control.advanceClock(byMs);
    },
    async strike(operation, fault) {
      bank.control.addFault({ operation, fault, times: 1, delayMs: SETTLE_DELAY_MS });
    },
    confirm: (confirmUrl) => press(confirmUrl, 'confirm'),
    cancel: (confirmUrl) => press(confirmUrl, 'cancel'),
    goDown: () => bank.control.goDown(),
    comeUp: () => bank.control.comeUp(),
    async restart() {
      await bank.stop();
      bank = await startBank({ ...options, port: Number(new URL(bank.url).port) });
      bank.control.advanceClock(offsetMs);
    },
    async books() {
      const { movements, trialBalanceFen } = bank.control.books();
      expect(trialBalanceFen).toBe(0);
      const of = (kind: string) => movements.filter((movement) => movement.kind === kind);
      return {
        debits: of('debit').map(({ merchantNo, amountFen }) => ({
          reference: merchantNo,
          amountMinor: amountFen,
        })),
        refunds: of('refund').map(({ merchantNo, merOrderNo, amountFen }) => ({
          reference: merchantNo,
          debitReference: merOrderNo,
          amountMinor: amountFen,
        })),
      };
    },
    signWebhook(rawBody, atMs) {
      const seconds = Math.floor(atMs / 1000);
      const signature = createHmac('sha256', secret)
        .update(`msg_test.${seconds}.${rawBody}`)
        .digest('base64');
      return {
        'webhook-id': 'msg_test',
        'webhook-timestamp': `${seconds}`,
        'webhook-signature': `v1,${signature}`,
      };
    },
    businessDate: (atMs) => businessDateOf(atMs, { timeZone: 'Asia/Shanghai', cutOff: '00:00' }),
    readStatement,
    async stop() {
      await bank.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** Reads the daily file and checks it against its own trailer. */
function readStatement(content: Uint8Array) {
  const lines = Buffer.from(content).toString('utf8').trimEnd().split('\r\n');
  const rows = lines.map((line) => line.split(','));
  const fen = (decimal = '') => parseMinor(decimal, 'CNY');
  const details = rows.filter(([kind]) => kind === 'D');
  const debits = details
    .filter((row) => row[2] === 'DEBIT')
    .map((row) => ({ reference: row[4] ?? '', amountMinor: fen(row[7]) }));
  const refunds = details
    .filter((row) => row[2] === 'REFUND')
    .map((row) => ({ reference: row[4] ?? '', debitReference: row[5] ?? '', amountMinor: fen(row[7]) }));
  const total = (items: { amountMinor: number }[]) => items.reduce((sum, item) => sum + item.amountMinor, 0);
  const [, debitCount, debitTotal, refundCount, refundTotal, net] = rows.at(-1) ?? [];
  expect(rows[0]?.[0]).toBe('H');
  expect([Number(debitCount), fen(debitTotal)]).toEqual([debits.length, total(debits)]);
  expect([Number(refundCount), fen(refundTotal)]).toEqual([refunds.length, total(refunds)]);
  expect(fen(net)).toBe(total(debits) - total(refunds));
  return { debits, refunds };
}
