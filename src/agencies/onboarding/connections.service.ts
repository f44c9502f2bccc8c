import { z } from 'zod';
import { transact } from '../../infra/db/index.ts';
import { DomainError } from '../../kernel/errors.ts';
import { type ConnectionRow, findConnection, findConnectionRows, saveConnection } from '../agencies.repo.ts';
import { checkedConnection } from '../agencies.service.ts';
import type { Connection, ConnectionLimits } from '../agencies.types.ts';
import { type ApprovalEffects, askApproval } from './approvals.service.ts';
import { type OnboardingContext, record } from './onboarding.context.ts';
import type { Actor } from './onboarding.types.ts';

/** What may be shown of a connection: never its settings, which hold secrets. */
export interface ConnectionView {
  connectionId: string;
  plug: Connection['plug'];
  kind: string;
  environment: ConnectionRow['environment'];
  limits: ConnectionLimits;
  updatedAtMs: number;
}

/** A kind of provider or channel that is plugged in, with the JSON Schema of its settings. */
export interface PlugInView {
  plug: Connection['plug'];
  kind: string;
  capabilities: readonly string[];
  settingsSchema: unknown;
}

export interface ConnectionTest {
  answered: boolean;
  /** What came back, as an outcome's kind and its reason. */
  outcome: string;
  reason: string | null;
  durationMs: number;
}

/** Asked of the other side to see whether it answers: a reference that was never used, and never will be. */
const PROBE_REFERENCE = `pay_${'0'.repeat(26)}`;

/** Connections and their secrets: for trying out, one person is enough; live ones take two. */
export class Connections {
  private readonly context: OnboardingContext;

  constructor(context: OnboardingContext) {
    this.context = context;
  }

  /** By id. */
  list(): Promise<ConnectionView[]> {
    return findConnectionRows(this.context.db);
  }

  plugIns(): PlugInView[] {
    const { providers, channels } = this.context.plugIns;
    const viewOf = (plug: Connection['plug']) => (plugIn: (typeof providers | typeof channels)[number]) => ({
      plug,
      kind: plugIn.kind,
      capabilities: Object.keys(plugIn.operations).sort(),
      settingsSchema: z.toJSONSchema(plugIn.settings, { io: 'input', unrepresentable: 'any' }),
    });
    return [...providers.map(viewOf('provider')), ...channels.map(viewOf('channel'))];
  }

  /**
   * Puts a connection in place: at once for trying out; for live payments, or over a live one, it becomes a request, whose id is
   * returned. Refuses as `putConnection` does.
   */
  async put(
    connection: Connection,
    environment: ConnectionRow['environment'],
    by: Actor,
  ): Promise<string | null> {
    const { db, clock, agencies } = this.context;
    const row = { ...(await checkedConnection(this.context, connection)), environment };
    const { connectionId } = row;
    const requestId = await transact(db, async (tx) => {
      const existing = await findConnection(tx, connectionId);
      if (environment === 'live' || existing?.environment === 'live') {
        // Once live, it stays so: payments of agencies hang on it.
        const payload: ConnectionRow = { ...row, environment: 'live' };
        return askApproval(tx, this.context, 'connection', connectionId, payload, by);
      }
      await saveConnection(tx, row, clock.nowMs());
      await record(tx, this.context, by, 'connection.put', { kind: 'connection', id: connectionId });
      return null;
    });
    if (requestId === null) agencies.refresh({ connectionId });
    return requestId;
  }

  readonly effects: ApprovalEffects<ConnectionRow> = {
    approve: async (tx, _request, row, by) => {
      const existing = await findConnection(tx, row.connectionId);
      if (existing && (existing.plug !== row.plug || existing.kind !== row.kind)) {
        throw new DomainError('conflict', 'connection_kind_fixed', { params: { kind: existing.kind } });
      }
      await saveConnection(tx, row, this.context.clock.nowMs());
      const object = { kind: 'connection', id: row.connectionId };
      await record(tx, this.context, by, 'connection.put', object, { environment: row.environment });
      return { takesEffectAtMs: null };
    },
    drop: async () => {},
    summary: ({ plug, kind, environment, limits }) => ({ plug, kind, environment, limits }),
    after: ({ subjectId }) => this.context.agencies.refresh({ connectionId: subjectId }),
  };

  /** Asks the other side about a payment that never was. Refuses with `connection_not_found`. */
  async test(connectionId: string): Promise<ConnectionTest> {
    const { db, agencies } = this.context;
    const row = await findConnection(db, connectionId);
    if (!row) throw new DomainError('notFound', 'connection_not_found');
    agencies.refresh({ connectionId });
    const request = { reference: PROBE_REFERENCE };
    const reason = { code: 'no_answer', source: 'civicpay' } as const;
    const none = { kind: 'unknown', reason } as const;
    const startedAt = performance.now();
    const { outcome } =
      row.plug === 'provider'
        ? await agencies.gateway.provider(connectionId, 'queryPayment', request, none, none)
        : await agencies.gateway.channel(connectionId, 'queryDebit', request, none, none);
    const code = 'reason' in outcome ? outcome.reason.code : null;
    return {
      answered: outcome.kind === 'notAttempted' && code === 'reference_not_known',
      outcome: outcome.kind,
      reason: code,
      durationMs: Math.round(performance.now() - startedAt),
    };
  }
}
