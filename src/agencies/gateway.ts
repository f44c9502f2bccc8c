import type { CallContext, Exchange, HttpClient, Logger, TcpClient } from '../contract/index.ts';
import { recordingHttpClient } from '../infra/outbound-http/index.ts';
import { recordingTcpClient } from '../infra/outbound-tcp/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { DomainError } from '../kernel/errors.ts';
import type { Called, Connection, Gateway, PlugIns } from './agencies.types.ts';
import { CallGate } from './call-gate.ts';

interface GatewayDeps {
  plugIns: PlugIns;
  httpClient: HttpClient;
  tcpClient: TcpClient;
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

/** The only way to an agency or a channel; see `Gateway`. */
export function createGateway(deps: GatewayDeps): Gateway {
  const gates = new Map<string, CallGate>();

  function gateOf({ connectionId, limits }: Connection): CallGate {
    const found = gates.get(connectionId);
    const unchanged =
      found?.limits.concurrency === limits.concurrency && found.limits.ratePerSecond === limits.ratePerSecond;
    if (found && unchanged) return found;
    const gate = new CallGate(limits);
    gates.set(connectionId, gate);
    return gate;
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
        return await carryOut({ settings: connection.settings, http, tcp, clock: deps.clock, log }, request);
      } catch (error) {
        log.error('a plug-in threw instead of returning an outcome', { error });
        return answers.fallback;
      }
    };
    if (operation === INBOUND) return { outcome: await perform(), exchanges };
    const passage = await gateOf(connection).run(perform);
    if (passage.kind === 'done') return { outcome: passage.value, exchanges };
    log.warn('held back by the limits of the connection', { ...connection.limits });
    return { outcome: answers.whenBusy, exchanges };
  }

  // The signatures of Gateway tie request, fallback and result to the operation; inside, all are unknown.
  const ofPlug = (plug: Connection['plug']) =>
    ((connectionId: string, operation: string, request: unknown, fallback: unknown, whenBusy: unknown) =>
      call({ plug, connectionId, operation, request, fallback, whenBusy })) as never;
  return { provider: ofPlug('provider'), channel: ofPlug('channel') };
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
