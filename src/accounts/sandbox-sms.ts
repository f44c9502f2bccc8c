import type { Vault } from '../infra/crypto/index.ts';
import { type Db, toInt } from '../infra/db/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId, randomShardHint } from '../kernel/ids.ts';
import type { SmsSender } from './accounts.types.ts';
import { SEALED } from './context.ts';

export interface SandboxSms {
  phone: string;
  text: string;
  sentAtMs: number;
}

interface SmsRow {
  phone_sealed: string;
  text_sealed: string;
  sent_at_ms: string;
}

/** Keeps text messages instead of sending them, for the demo inbox. Never to be used where residents are real. */
export class SandboxSmsSender implements SmsSender {
  private readonly db: Db;
  private readonly vault: Vault;
  private readonly clock: Clock;

  constructor({ db, vault, clock }: { db: Db; vault: Vault; clock: Clock }) {
    this.db = db;
    this.vault = vault;
    this.clock = clock;
  }

  async send({ phone, text }: { phone: string; text: string }): Promise<void> {
    const sentAtMs = this.clock.nowMs();
    await this.db('sms_messages').insert({
      message_id: newId('sms', sentAtMs, randomShardHint()),
      phone_sealed: this.vault.seal(phone, SEALED.smsPhone),
      text_sealed: this.vault.seal(text, SEALED.smsText),
      sent_at_ms: sentAtMs,
    });
  }

  /** The last messages, newest first. */
  async latest(limit: number): Promise<SandboxSms[]> {
    const rows = await this.db<SmsRow>('sms_messages').orderBy('message_id', 'desc').limit(limit);
    return rows.map((row) => ({
      phone: this.vault.open(row.phone_sealed, SEALED.smsPhone),
      text: this.vault.open(row.text_sealed, SEALED.smsText),
      sentAtMs: toInt(row.sent_at_ms),
    }));
  }
}

/** Message ids sort by time: old ones are one range of the primary key. */
export async function deleteSandboxSmsBefore(db: Db, messageId: string): Promise<number> {
  return db('sms_messages').where('message_id', '<', messageId).delete();
}
