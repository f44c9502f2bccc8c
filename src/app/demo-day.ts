import type { HttpClient } from '../contract/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { DemoSettings } from './config.ts';

const TIMEOUT_MS = 5_000;

/**
 * Closes the demo's day by hand: while `work` runs, the clocks of bank and agencies stand at `atMs`, so that their files of a date
 * that ended before are ready. What is paid meanwhile falls on their next date.
 */
export async function atDemoTime<T>(
  { http, clock }: { http: HttpClient; clock: Clock },
  demo: DemoSettings,
  atMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const controls = [
    { url: demo.bank.url, token: demo.bank.controlToken },
    { url: demo.powerAgency.url, token: demo.powerAgency.controlToken },
    ...demo.city.controls,
  ];
  const setAll = (nowMs: () => number) =>
    Promise.all(controls.map((control) => setClock(http, control, nowMs())));
  try {
    await setAll(() => atMs);
    return await work();
  } finally {
    await setAll(() => clock.nowMs());
  }
}

async function setClock(
  http: HttpClient,
  { url, token }: { url: string; token: string },
  nowMs: number,
): Promise<void> {
  const result = await http.send({
    method: 'POST',
    url: `${url}/control/clock`,
    headers: { 'x-control-token': token, 'content-type': 'application/json' },
    // The bank has a word of its own for it.
    body: JSON.stringify({ nowMs, setToMs: nowMs }),
    timeoutMs: TIMEOUT_MS,
  });
  if (result.kind !== 'response' || result.status !== 200) {
    throw new Error('an agency of the demo does not let its clock be moved');
  }
}
