import { pino, stdTimeFunctions } from 'pino';
import type { Logger } from '../../contract/index.ts';
import { loggableFields, loggableText } from './loggable.rules.ts';
import { currentTrace } from './trace.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Where lines go: anything with pino's `write`; standard output unless given. */
interface LogDestination {
  write(line: string): void;
}

interface LoggerConfig {
  level: LogLevel;
  /** Which process speaks: `server`, `worker`, … */
  service: string;
  destination?: LogDestination;
}

/**
 * A structured log: one JSON object a line, with the time, the service and the trace id of the work under way. What could
 * be personal data is hidden here, for everybody (`loggable.rules.ts`).
 */
export function createLogger({ level, service, destination }: LoggerConfig): Logger {
  const options = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => {
      const trace = currentTrace();
      return trace ? { traceId: trace.traceId } : {};
    },
  };
  const out = destination ? pino(options, destination) : pino(options);
  const write =
    (at: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields?: Readonly<Record<string, unknown>>): void => {
      if (!out.isLevelEnabled(at)) return;
      out[at](fields ? loggableFields(fields) : {}, loggableText(message));
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
