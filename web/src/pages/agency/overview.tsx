import { useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '../../api/client.ts';
import { Fact } from '../../parts/facts.tsx';
import { Note } from '../../parts/note.tsx';
import { Action, CONSOLE_KEY, Panel } from './parts.tsx';
import { useTexts } from './texts.ts';

export function useOnboarding(agencyId: string) {
  const path = { agencyId };
  return useQuery({
    queryKey: [CONSOLE_KEY, 'onboarding', agencyId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET('/v1/onboardings/{agencyId}', { params: { path }, signal })),
    staleTime: 0,
  });
}

/** How far an agency has come, and what to do next. */
export function Overview({ agencyId }: { agencyId: string }) {
  const texts = useTexts();
  const onboarding = useOnboarding(agencyId);
  const path = { agencyId };
  const { stage, status, version, liveVersion, requestId, missing } = onboarding.data ?? {};
  return (
    <Panel title={texts.stage} query={onboarding}>
      {stage && status ? (
        <>
          <dl className="facts">
            <Fact label={texts.stage}>
              <strong>{texts.stages[stage]}</strong>
            </Fact>
            <Fact label={texts.status}>{texts.statuses[status]}</Fact>
            <Fact label={texts.version} isNumber>
              {version}
            </Fact>
            <Fact label={texts.liveVersion} isNumber>
              {liveVersion ?? texts.absent}
            </Fact>
          </dl>
          <Note tone="info" title={texts.next}>
            <p>{texts.nextSteps[stage]}</p>
          </Note>
          {missing && missing.length > 0 ? (
            <Note tone="wait" title={texts.missingTitle}>
              <ul>
                {missing.map((what) => (
                  <li key={what}>{texts.missing[what]}</li>
                ))}
              </ul>
            </Note>
          ) : null}
          {stage === 'draft' ? (
            <Action
              label={texts.enterSandbox}
              isPrimary
              run={() => api.POST('/v1/onboardings/{agencyId}/enter-sandbox', { params: { path } })}
            />
          ) : null}
          {stage === 'conformancePassed' ? (
            <Action
              label={texts.submit}
              isPrimary
              run={() => api.POST('/v1/onboardings/{agencyId}/submit', { params: { path } })}
            />
          ) : null}
          {stage === 'submitted' && requestId ? <Withdraw agencyId={agencyId} requestId={requestId} /> : null}
        </>
      ) : null}
    </Panel>
  );
}

export function Withdraw({ agencyId, requestId }: { agencyId: string; requestId: string }) {
  const texts = useTexts();
  const params = { path: { agencyId, requestId } };
  return (
    <Action
      label={texts.withdraw}
      run={() => api.POST('/v1/onboardings/{agencyId}/requests/{requestId}/withdraw', { params, body: {} })}
    />
  );
}
