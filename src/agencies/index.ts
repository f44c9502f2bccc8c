export {
  type AmountProblem,
  canonicalInputs,
  checkAmount,
  checkInputs,
  checkSelection,
  maskAccount,
  maskedAccountOf,
  readInputs,
  type SelectionProblem,
} from './agencies.rules.ts';
export {
  type Agencies,
  type AgenciesDeps,
  type ChannelChoice,
  createAgencies,
  type Region,
} from './agencies.service.ts';
export type * from './agencies.types.ts';
export { isOpen, opensAtMs } from './service-hours.rules.ts';
