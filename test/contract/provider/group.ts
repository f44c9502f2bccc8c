import type { Manifest } from '../../../src/contract/index.ts';
import type { Caller, ContractAccount, ProviderSandbox } from './harness.ts';

/** What the tests of a group share; the functions may be called from tests, not while they are declared. */
export interface Group<Settings> {
  /** What the provider is held to. */
  manifest: Manifest;
  sandbox(): ProviderSandbox<Settings>;
  caller(): Caller<Settings>;
  /** A caller that holds no connection yet: only then is a refused one certain never to have been used. */
  newCaller(): Caller<Settings>;
  /** An account of the sandbox; its personal data is watched for from then on. */
  account(kind: Parameters<ProviderSandbox<Settings>['account']>[0]): Promise<ContractAccount>;
}
