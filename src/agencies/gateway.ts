import type {
  BillStore,
  CallContext,
  Exchange,
  HttpClient,
  Logger,
  Reason,
  ReasonCode,
  TcpClient,
} from '../contract/index.ts';
import { recordingTcpClient } from '../infra/outbound-tcp/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { DomainError } from '../kernel/errors.ts';
import type { Called, Connection, Gateway, PlugIns } from './agencies.types.ts';
import { isFailure } from './breaker.rules.ts';
import { ConnectionLine, type Passage } from './connection-line.ts';
import { recordingHttpClient } from './recording-http.ts';

interface GatewayDeps {
  plugIns: PlugIns;
  httpClient: HttpClient;
  tcpClient: TcpClient;
  /** The books of the agencies that a connection carries, where we keep them. */
  billStoreOf(connectionId: string): BillStore;
  clock: Clock;
  log: Logger;
  /** Null when there is no such connection. */
  connection(connectionId: string): Promise<Connection | null>;
}

interface Call {
  plug: Connection['plug'];
  connectionId: string;
  operation: string;
  request: unknown;
  fallback: unknown;
  whenBusy: unknown;
}

/** Reading what they sent us calls nobody: their limits do not hold it back, and a flood of it takes no call's place. */
const INBOUND = 'parseWebhook';

type Operation = (context: CallContext<unknown>, request: unknown) => Promise<unknown>;

/** Lines by the id of their connection, as far as they were used in this process. */
export type ConnectionLines = Map<string, ConnectionLine>;

/** The only way to an agency or a channel; see `Gateway`. */
export function createGateway(deps: GatewayDeps, lines: ConnectionLines): Gateway {
  function lineOf({ connectionId, kind, limits }: Connection): ConnectionLine {
    const log = withFields(deps.log, { connectionId, kind });
    const line = lines.get(connectionId) ?? new ConnectionLine(limits, deps.clock, log);
    lines.set(connectionId, line);
    line.setLimits(limits);
    return line;
  }

  async function call({
    plug,
    connectionId,
    operation,
    request,
    ...answers
  }: Call): Promise<Called<unknown>> {
    const connection = await deps.connection(connectionId);
    if (connection?.plug !== plug) throw new DomainError('notFound', 'connection_not_found');
    const fields = { connectionId, kind: connection.kind, operation };
    const exchanges: Exchange[] = [];
    const http = recordingHttpClient(deps.httpClient, deps.clock, exchanges);
    const tcp = recordingTcpClient(deps.tcpClient, deps.clock, exchanges);
    const log = withFields(deps.log, fields);
    const carryOut = operationOf(deps.plugIns, connection, operation);
    // Anybody can send a message to any connection: that one takes none is no fault of ours.
    if (!carryOut && operation === INBOUND) throw new DomainError('notFound', 'connection_not_found');
    const perform = async () => {
      try {
        if (!carryOut) throw new Error(`there is no operation ${operation}`);
        const value = await carryOut(
          {
            settings: connection.settings,
            http,
            tcp,
            billStore: deps.billStoreOf(connectionId),
            clock: deps.clock,
            log,
          },
          request,
        );
        return { value, hasFailed: isFailure(value) };
      } catch (error) {
        log.error('a plug-in threw instead of returning an outcome', { error });
        return { value: answers.fallback, hasFailed: true };
      }
    };
    if (operation === INBOUND) return { outcome: (await perform()).value, exchanges };
    const passage = await lineOf(connection).run({ operation, reference: referenceOf(request) }, perform);
    if (passage.kind === 'done') return { outcome: passage.value, exchanges };
    // Counted, and many at once where it happens at all.
    log.debug('held back', { because: passage.because, ...connection.limits });
    return { outcome: outcomeOfHoldingBack(answers.whenBusy, plug, passage), exchanges };
  }

  // The signatures of Gateway tie request, fallback and result to the operation; inside, all are unknown.
  const ofPlug = (plug: Connection['plug']) =>
    ((connectionId: string, operation: string, request: unknown, fallback: unknown, whenBusy: unknown) =>
      call({ plug, connectionId, operation, request, fallback, whenBusy })) as never;
  return { provider: ofPlug('provider'), channel: ofPlug('channel') };
}

/**
 * What the caller says of a call that was not sent, with why and when to come back. Neither makes it more definite: what was
 * instructed before is as unknown as it was.
 */
function outcomeOfHoldingBack(
  whenBusy: unknown,
  plug: Connection['plug'],
  { because, retryAtMs }: Passage<unknown> & { kind: 'heldBack' },
): unknown {
  const outcome = whenBusy as { kind?: string; reason?: Reason };
  const isMoreKnown = because === 'breaker' || retryAtMs !== null;
  if (!outcome.reason || !isMoreKnown) return whenBusy;
  const down: ReasonCode = plug === 'provider' ? 'agency_down' : 'channel_down';
  return {
    ...outcome,
    ...(because === 'breaker' && { reason: { code: down, source: 'civicpay' } satisfies Reason }),
    ...(outcome.kind === 'notAttempted' && retryAtMs !== null && { retryAtMs }),
  };
}

/** Our reference of what is instructed or asked about; null for a look, which is about none. */
function referenceOf(request: unknown): string | null {
  const { reference } = (request ?? {}) as { reference?: unknown };
  return typeof reference === 'string' ? reference : null;
}

/** The provider or channel of a kind; undefined when none is plugged in. */
export function plugInOf(plugIns: PlugIns, { plug, kind }: Pick<Connection, 'plug' | 'kind'>) {
  const candidates = plug === 'provider' ? plugIns.providers : plugIns.channels;
  return candidates.find((candidate) => candidate.kind === kind);
}

function operationOf(plugIns: PlugIns, connection: Connection, name: string): Operation | undefined {
  const operations = (plugInOf(plugIns, connection)?.operations ?? {}) as Record<
    string,
    Operation | undefined
  >;
  return operations[name]?.bind(operations);
}

/** The same log, saying on every line which call it is about. */
function withFields(log: Logger, fields: Readonly<Record<string, unknown>>): Logger {
  return {
    debug: (message, more) => log.debug(message, { ...more, ...fields }),
    info: (message, more) => log.info(message, { ...more, ...fields }),
    warn: (message, more) => log.warn(message, { ...more, ...fields }),
    error: (message, more) => log.error(message, { ...more, ...fields }),
  };
}
