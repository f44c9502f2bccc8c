import { actorOf } from './onboarding.presenter.ts';
import type { OnboardingRoutesOptions } from './onboarding.routes.ts';
import * as schemas from './onboarding.schemas.ts';
import { defineRoute, type Route } from './route.ts';

const forOperators = { tag: 'onboarding', access: 'operator', idempotency: 'none' } as const;
const ofAgency = { params: schemas.agencyParams };

/** Making a version live, and what happens to a live agency. */
export function lifecycleRoutes({ onboarding, accounts, clock }: OnboardingRoutesOptions): Route[] {
  const { lifecycle } = onboarding;
  const common = { ...forOperators, method: 'post' } as const;
  const responses = { 204: { description: 'Done' } };
  const problems = ['onboarding_not_found', 'agency_status_wrong'];
  const statusRoute = (command: 'suspend' | 'retire', summary: string) =>
    defineRoute({
      ...common,
      path: `/v1/onboardings/{agencyId}/${command}`,
      operationId: `${command}Agency`,
      summary,
      request: { ...ofAgency, body: schemas.publicReason },
      responses,
      problems,
      handler: async (input) => {
        const by = actorOf(input, accounts.addressIndex);
        await lifecycle.setStatus(input.params.agencyId, command, input.body.reason, by);
        return { status: 204 };
      },
    });
  return [
    defineRoute({
      ...common,
      path: '/v1/onboardings/{agencyId}/go-live',
      operationId: 'goLive',
      summary: 'Make the approved version live, by region or share, now or from a date',
      request: { ...ofAgency, body: schemas.goLiveBody },
      responses,
      problems: [
        ...problems,
        'onboarding_stage_wrong',
        'go_live_blocked',
        'region_unknown',
        'region_not_served',
      ],
      handler: async (input) => {
        const { regions = null, sharePercent, effectiveFrom } = input.body;
        const effectiveFromMs = effectiveFrom === undefined ? clock.nowMs() : Date.parse(effectiveFrom);
        const rollout = { regions, sharePercent };
        const by = actorOf(input, accounts.addressIndex);
        await lifecycle.goLive(input.params.agencyId, { rollout, effectiveFromMs }, by);
        return { status: 204 };
      },
    }),
    statusRoute('suspend', 'Take no new payments for now, and say why'),
    statusRoute('retire', 'Take no payments any more, and say why'),
    defineRoute({
      ...common,
      path: '/v1/onboardings/{agencyId}/resume',
      operationId: 'resumeAgency',
      summary: 'Take payments again',
      request: ofAgency,
      responses,
      problems,
      handler: async (input) => {
        await lifecycle.setStatus(
          input.params.agencyId,
          'resume',
          null,
          actorOf(input, accounts.addressIndex),
        );
        return { status: 204 };
      },
    }),
  ];
}
