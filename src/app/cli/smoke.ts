import { ApiError } from './api-client.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import { createJourney } from './smoke-journey.ts';

/** The demo customer of the sandbox power company for whom everything goes well. */
export const DEFAULT_ACCOUNT_NUMBER = '0800000000011';

interface SmokeOptions {
  url: string;
  accountNumber: string;
  isJson: boolean;
}

interface StepReport {
  step: string;
  isOk: boolean;
  durationMs: number;
  /** What came of it, or what went wrong. */
  detail: string;
}

/**
 * Walks a resident's whole journey over the HTTP API of a running demo, telling each step and its time. Throws CommandError: not reachable 3, a failed step 1.
 */
export async function runSmoke({ url, accountNumber, isJson }: SmokeOptions): Promise<void> {
  const steps: StepReport[] = [];
  if (!isJson) console.log(`\ncivicpay smoke ${url}\n`);
  for (const { title, run } of createJourney(url, accountNumber)) {
    const startedAt = performance.now();
    const durationMs = () => Math.round(performance.now() - startedAt);
    try {
      const step = { step: title, isOk: true, detail: await run(), durationMs: durationMs() };
      steps.push(step);
      if (!isJson) console.log(line(step));
    } catch (error) {
      const step = { step: title, isOk: false, detail: (error as Error).message, durationMs: durationMs() };
      steps.push(step);
      throw failure(url, steps, step, error, isJson);
    }
  }
  const totalMs = steps.reduce((sum, step) => sum + step.durationMs, 0);
  if (isJson) console.log(JSON.stringify({ ok: true, url, totalMs, steps }));
  else console.log(`\n  Everything works (${totalMs} ms).\n`);
}

function failure(
  url: string,
  steps: StepReport[],
  step: StepReport,
  error: unknown,
  isJson: boolean,
): CommandError {
  const isUnreachable = !(error instanceof ApiError) && (error as Error).message === 'fetch failed';
  const exitCode = isUnreachable ? EXIT.notConfigured : EXIT.failed;
  const { code = null, traceId = null } = error instanceof ApiError ? error : {};
  if (isJson) {
    console.log(JSON.stringify({ ok: false, url, steps, failed: { step: step.step, code, traceId } }));
    return new CommandError('', exitCode);
  }
  const advice = isUnreachable ? `No server answers at ${url}. Start one: npm start` : step.detail;
  const facts = [code && `problem ${code}`, traceId && `trace ${traceId}`].filter(Boolean).join(', ');
  console.error(line(step));
  return new CommandError(`\n"${step.step}" failed: ${advice}${facts && ` (${facts})`}\n`, exitCode);
}

function line({ step, isOk, durationMs, detail }: StepReport): string {
  return `  ${isOk ? '✓' : '✗'} ${step.padEnd(26)} ${String(durationMs).padStart(6)} ms  ${isOk ? detail : ''}`.trimEnd();
}
