export {
  canonicalInputs,
  checkAmount,
  checkInputs,
  checkSelection,
  maskAccount,
  maskedAccountOf,
  readInputs,
} from './agencies.rules.ts';
export {
  type Agencies,
  createAgencies,
} from './agencies.service.ts';
export type * from './agencies.types.ts';
export { agencyIdOf } from './catalogue.rules.ts';
export type * from './catalogue.types.ts';
export type { CallFigures, ConnectionHealth, ConnectionReport } from './health.service.ts';
export type { AgencyKey } from './onboarding/agency-keys.repo.ts';
export {
  isUsable,
  KEY_LIFETIME_DAYS,
  KEY_OVERLAP_DAYS,
  keyPrefix,
} from './onboarding/agency-keys.service.ts';
export { createOnboarding, type OnboardingService } from './onboarding/onboarding.service.ts';
export * from './onboarding/onboarding.types.ts';
export { checkTakesOrders } from './rollout.rules.ts';
export { type Route, routeOver } from './routing.rules.ts';
export { isOpen, opensAtMs } from './service-hours.rules.ts';
export { recordAgencyEvents, WEBHOOK_TOPIC } from './webhooks/agency-events.ts';
export { WebhookDeliveries } from './webhooks/webhook-delivery.service.ts';
export {
  SECRET_OVERLAP_HOURS,
  type ShownSecret,
  WebhookEndpoints,
} from './webhooks/webhook-endpoints.service.ts';
export * from './webhooks/webhooks.types.ts';
