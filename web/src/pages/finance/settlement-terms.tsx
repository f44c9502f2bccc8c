import { useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '../../api/client.ts';
import { useSession } from '../../api/queries.ts';
import { formatDate } from '../../format.ts';
import { Action, CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { Named, useNames } from './names.tsx';
import { TermsForm } from './terms-form.tsx';
import { TermsSummary } from './terms-summary.tsx';
import { useSettlementTexts } from './texts-settlement.ts';

/** Terms that wait for a second person, and asking for others. */
export function SettlementTerms({ isFinance }: { isFinance: boolean }) {
  const texts = useSettlementTexts();
  const open = useQuery({
    queryKey: [CONSOLE_KEY, 'settlementTerms'],
    queryFn: async ({ signal }) => {
      const params = { query: { state: 'proposed' as const } };
      return bodyOf(await api.GET('/v1/settlement-terms', { params, signal })).items;
    },
    staleTime: 0,
  });
  const names = useNames(open.data?.map(({ agencyId }) => agencyId));
  return (
    <Panel title={texts.terms} query={open}>
      {open.data?.length === 0 ? <p>{texts.noTerms}</p> : null}
      <ul className="stack">
        {open.data?.map(({ termsId, agencyId, effectiveFrom, terms, proposedBy }) => (
          <li key={termsId} className="task stack-tight">
            <p>
              <strong>
                <Named name={names.agency(agencyId)} id={agencyId} />
              </strong>
            </p>
            <p className="small">
              {texts.effectiveFrom} {formatDate(effectiveFrom)} · <TermsSummary terms={terms} />
            </p>
            <p className="weak small">
              {texts.proposedBy} {names.person(proposedBy)}
            </p>
            {isFinance ? <Decide termsId={termsId} proposedBy={proposedBy} /> : null}
          </li>
        ))}
      </ul>
      {isFinance ? <TermsForm /> : null}
    </Panel>
  );
}

/** Who asked may take it back; everybody else decides. */
function Decide({ termsId, proposedBy }: { termsId: string; proposedBy: string }) {
  const texts = useSettlementTexts();
  const isOwn = useSession().data?.user?.userId === proposedBy;
  const options = { params: { path: { termsId } }, body: {} };
  if (isOwn) {
    return (
      <>
        <p>{texts.own}</p>
        <Action
          label={texts.withdraw}
          run={() => api.POST('/v1/settlement-terms/{termsId}/withdraw', options)}
        />
      </>
    );
  }
  return (
    <div className="console-actions">
      <Action
        label={texts.approve}
        isPrimary
        isForGood
        run={() => api.POST('/v1/settlement-terms/{termsId}/approve', options)}
      />
      <Action label={texts.reject} run={() => api.POST('/v1/settlement-terms/{termsId}/reject', options)} />
    </div>
  );
}
