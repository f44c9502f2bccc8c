import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { DependencyContainer } from 'tsyringe';
import type { Accounts, StaffMember, StaffRole } from '../../accounts/index.ts';
import type { Actor, OnboardingService } from '../../agencies/index.ts';
import { problemOf } from '../../http/problem.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Config } from '../config.ts';
import { closeContainer, createContainer, TOKENS as T } from '../container.ts';
import { CommandError, EXIT } from './exit-codes.ts';

/** What commands that somebody gives by name work with. */
export interface Tools {
  onboarding: OnboardingService;
  accounts: Accounts;
  container: DependencyContainer;
  /** The member of staff that `--as` names; throws CommandError when they have not that role (`operator` unless said). */
  actor(role?: StaffRole): Promise<Actor>;
}

interface AsOption {
  as?: string;
}

/** What a command does: its arguments and options in, what is to be printed out. */
export type Work<Options> = (tools: Tools, args: readonly string[], options: Options) => Promise<unknown>;

/** Says where settings come from and how results are printed. */
export interface CliContext {
  config(): Config;
  isJson(): boolean;
}

/** Who `--as` has to be, where it is not an operator. */
export const FINANCE = 'the person of finance';

/** `--as email`: on whose account something is done. The audit trail has their name; approvals are held against it. */
export function asOption(command: Command, who = 'the operator'): Command {
  return command.requiredOption('--as <email>', `${who} who does it`);
}

/** Makes a command's action: opens the parts on DATABASE_URL, does the work, prints what came of it, closes everything. */
export function action<Options>(context: CliContext, work: Work<Options>) {
  return async (...given: unknown[]): Promise<void> => {
    // Commander gives the arguments (several of one kind as a list), then the options, then the command.
    const args = given
      .slice(0, -2)
      .flat()
      .filter((arg): arg is string => typeof arg === 'string');
    const options = given.at(-2) as Options & AsOption;
    const container = createContainer({ ...context.config(), logLevel: 'warn' }, 'cli');
    try {
      const accounts = container.resolve(T.accounts);
      const onboarding = container.resolve(T.onboarding);
      const actor = (role: StaffRole = 'operator') => actorOf(accounts, options.as ?? '', role);
      print(await work({ onboarding, accounts, container, actor }, args, options), context.isJson());
    } catch (error) {
      throw error instanceof DomainError ? commandErrorOf(error) : error;
    } finally {
      await closeContainer(container);
    }
  };
}

async function actorOf(accounts: Accounts, email: string, role: StaffRole): Promise<Actor> {
  const person: StaffMember | null = await accounts.staffDirectory.byEmail(email);
  if (!person?.roles.includes(role) || person.disabledAtMs !== null) {
    const who = role === 'operator' ? 'no operator' : `not of ${role}`;
    throw new CommandError(`${email} is ${who}: civicpay staff create --help`, EXIT.usage);
  }
  return { kind: 'staff', id: person.staffId, traceId: null, addressIndex: null };
}

/** A refusal in the words that the API has for it, with the places that it names. */
function commandErrorOf(error: DomainError): CommandError {
  const problem = problemOf(error, { language: 'en', traceId: '', instance: '' });
  const fields = problem.errors?.map(({ pointer, detail }) => `  ${pointer}: ${detail}`) ?? [];
  const text = [`${problem.title} [${problem.code}]`, problem.detail, ...fields].join('\n');
  return new CommandError(text, error.kind === 'invalid' ? EXIT.usage : EXIT.failed);
}

function print(value: unknown, isJson: boolean): void {
  if (isJson) process.stdout.write(`${JSON.stringify(value ?? { done: true })}\n`);
  else if (typeof value === 'string') console.log(value);
  else console.log(value === undefined ? 'Done.' : JSON.stringify(value, null, 2));
}

/** A JSON file; throws CommandError without quoting it, for it may hold secrets. */
export async function readJsonFile(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not JSON' : (error as NodeJS.ErrnoException).code;
    throw new CommandError(`Can't read ${file}: ${why}`, EXIT.usage);
  }
}

/** A text file; throws CommandError. */
export async function readTextFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandError(`Can't read ${file}: ${(error as NodeJS.ErrnoException).code}`, EXIT.usage);
  }
}
