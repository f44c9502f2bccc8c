import type { Logger } from '../contract/index.ts';
import type { Vault } from '../infra/crypto/index.ts';
import { type Db, GroupCommit } from '../infra/db/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import type { Answer } from './answer.ts';
import * as repo from './idempotency.repo.ts';
import { type CommandRow, verdictOn } from './idempotency.rules.ts';
import type { Admission, CommandClaim, IdempotencyStore, NumberedCommand } from './idempotency.types.ts';

/** How long an answer is kept for whoever repeats the command. */
const KEEP_MS = 24 * 3600_000;
/**
 * A claim whose holder has not been heard of for so long is anybody's: residents whose server died wait no longer than
 * that. Should the holder live after all, what it makes is bound to the command's key and cannot be made twice.
 */
const CLAIM_MS = 10_000;
const RENEW_MS = 3_000;
const PURGE_ROWS = 1_000;
const SEALED_AS = 'idempotency_keys.answer';

interface IdempotencyOptions {
  db: Db;
  vault: Vault;
  clock: Clock;
  log: Logger;
}

/**
 * Remembers commands and their answers (law 3). A command costs one insert and one update, and both are committed
 * together with those of the commands beside it.
 */
export function createIdempotencyStore(options: IdempotencyOptions): DatabaseIdempotencyStore {
  return new DatabaseIdempotencyStore(options);
}

class DatabaseIdempotencyStore implements IdempotencyStore {
  private readonly db: Db;
  private readonly vault: Vault;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly claims: GroupCommit<CommandRow, CommandRow>;
  private readonly answers: GroupCommit<CommandRow, null>;

  constructor({ db, vault, clock, log }: IdempotencyOptions) {
    this.db = db;
    this.vault = vault;
    this.clock = clock;
    this.log = log;
    this.claims = new GroupCommit(db, repo.claimFree);
    this.answers = new GroupCommit(db, async (tx, answered) => {
      await repo.keepAnswers(tx, answered);
      return answered.map(() => null);
    });
  }

  async admit(command: NumberedCommand): Promise<Admission> {
    const mine = this.newClaim(command);
    const held = await this.claims.submit(mine);
    const nowMs = this.clock.nowMs();
    switch (verdictOn(held, mine, nowMs)) {
      case 'mine':
        return { kind: 'run', claim: this.claimOf(mine) };
      case 'reused':
        return { kind: 'reused' };
      case 'replay':
        return { kind: 'replay', answer: this.opened(held) };
      case 'inFlight':
        return { kind: 'inFlight', retryAfterSeconds: 1 };
      case 'takeOver':
        return (await repo.takeOver(this.db, held, mine))
          ? { kind: 'run', claim: this.claimOf(mine) }
          : { kind: 'inFlight', retryAfterSeconds: 1 };
    }
  }

  /** Forgets what is past its time; returns how many commands that was. For the sweeper. */
  purgeExpired(): Promise<number> {
    return repo.deleteExpired(this.db, this.clock.nowMs(), PURGE_ROWS);
  }

  private newClaim({ userId, operationId, key, request }: NumberedCommand): CommandRow {
    const nowMs = this.clock.nowMs();
    return {
      commandKey: this.vault.blindIndex(`${userId} ${operationId} ${key}`, 'idempotency_keys.command'),
      requestHash: this.vault.blindIndex(request, 'idempotency_keys.request'),
      claimId: newId('clm', nowMs, 0),
      claimedUntilMs: nowMs + CLAIM_MS,
      answerSealed: null,
      expiresAtMs: nowMs + KEEP_MS,
    };
  }

  private claimOf(row: CommandRow): CommandClaim {
    // A command that takes long keeps its claim as long as its process lives.
    const renewing = setInterval(() => this.renew(row), RENEW_MS);
    renewing.unref();
    return {
      commandKey: row.commandKey,
      finish: async (answer) => {
        clearInterval(renewing);
        const answerSealed = this.vault.seal(textOf(answer), SEALED_AS);
        await this.answers.submit({ ...row, answerSealed });
      },
      release: async () => {
        clearInterval(renewing);
        await repo.dropClaim(this.db, row);
      },
    };
  }

  private renew(row: CommandRow): void {
    repo.extendClaim(this.db, row, this.clock.nowMs() + CLAIM_MS).catch((error: unknown) => {
      this.log.warn('a claim on a command could not be renewed', { error });
    });
  }

  private opened({ answerSealed }: CommandRow): Answer {
    return JSON.parse(this.vault.open(answerSealed ?? '', SEALED_AS)) as Answer;
  }
}

function textOf(answer: Answer): string {
  if (answer.body !== null && typeof answer.body !== 'string') throw new TypeError('only texts are kept');
  return JSON.stringify(answer);
}
