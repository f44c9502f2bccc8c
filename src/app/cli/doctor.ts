import { type Config, loadConfig } from '../config.ts';
import { checkDatabase } from './doctor-database.ts';
import { checkDisk, checkKeys, checkNode, checkServer, checkSite } from './doctor-machine.ts';
import { checkQueue } from './doctor-queue.ts';
import type { Environment } from './environment.ts';
import { CommandError, EXIT } from './exit-codes.ts';

/** One thing looked at. */
export interface Finding {
  name: string;
  /** `off` is wrong but works; `unreachable` also stands for not configured. */
  status: 'ok' | 'off' | 'wrong' | 'unreachable';
  /** What was found; never a secret. */
  detail: string;
  /** What to do about it. */
  mend?: string;
}

const MARKS: Readonly<Record<Finding['status'], string>> = {
  ok: '✓',
  off: '!',
  wrong: '✗',
  unreachable: '✗',
};

/** Says what is configured, reachable and healthy. Throws CommandError: something is wrong 1, not configured or not reachable 3. */
export async function runDoctor(environment: Environment, isJson: boolean): Promise<void> {
  const findings = [checkNode(), checkDisk()];
  const { config, finding } = configOf(environment);
  findings.push(finding);
  if (config) findings.push(...(await checkConfigured(config)));
  if (isJson) console.log(JSON.stringify({ ok: exitCodeOf(findings) === EXIT.ok, findings }));
  else for (const found of findings) printFinding(found);
  const exitCode = exitCodeOf(findings);
  if (exitCode !== EXIT.ok) throw new CommandError('', exitCode);
}

async function checkConfigured(config: Config): Promise<Finding[]> {
  const findings: Finding[] = [];
  findings.push(...(await checkDatabase(config)));
  findings.push(await checkQueue(config.queueStore));
  findings.push(checkKeys(config.vaultKeys));
  if (config.demo) {
    findings.push(await checkSite('power agency', config.demo.powerAgency.url));
    findings.push(await checkSite('bank', config.demo.bank.url));
  }
  findings.push(...(await checkServer(config.publicUrl)));
  return findings;
}

function configOf({ variables, demoFile }: Environment): { config: Config | null; finding: Finding } {
  const name = 'settings';
  try {
    const config = loadConfig(variables);
    const source = demoFile ? `of the demo here (${demoFile})` : 'from the environment';
    return { config, finding: { name, status: 'ok', detail: source } };
  } catch (error) {
    const detail = (error as Error).message.replaceAll('\n', '; ');
    const mend = 'set what is named (docs/operations.md), or start a demo: npm start';
    return { config: null, finding: { name, status: 'unreachable', detail, mend } };
  }
}

function exitCodeOf(findings: readonly Finding[]): number {
  if (findings.some(({ status }) => status === 'unreachable')) return EXIT.notConfigured;
  return findings.some(({ status }) => status === 'wrong') ? EXIT.failed : EXIT.ok;
}

function printFinding({ name, status, detail, mend }: Finding): void {
  console.log(`  ${MARKS[status]} ${name.padEnd(22)} ${detail}`);
  if (mend) console.log(`    ${' '.repeat(22)} → ${mend}`);
}
