export { createLogger, type LogLevel } from './logger.ts';
export { continueTrace, currentTrace, runInTrace, type Trace, traceparentOf } from './trace.ts';
