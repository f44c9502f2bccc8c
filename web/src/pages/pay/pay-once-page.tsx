import { useMutation, useQuery } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { agencyQuery, queryClient, savedAccountsQuery, typedBillsQuery } from '../../api/queries.ts';
import type { AgencyDetail, BillQuery } from '../../api/types.ts';
import { local } from '../../format.ts';
import { CategoryBadge } from '../../parts/category.tsx';
import { Note, ProblemNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { accountLabelOf, type Inputs } from '../accounts/account-form.rules.ts';
import { InputsForm } from '../accounts/inputs-form.tsx';
import { rememberRegion } from '../accounts/recent-region.ts';
import { AnswerView } from '../bill/answer-view.tsx';
import '../bill/bill.css';

/** Paying without saving an account first: what the agency asks for, what it answers, and to the bank. */
export default function PayOncePage() {
  const { t } = useTranslation();
  const { agencyId = '' } = useParams();
  const [search] = useSearchParams();
  const region = search.get('region');
  const agency = useQuery(agencyQuery(agencyId));
  return (
    <Page
      title={agency.data ? local(agency.data.names) : t('pay.title')}
      back={region ? `/pay?region=${encodeURIComponent(region)}` : '/pay'}
    >
      {agency.isPending ? <Waiting lines={5} /> : null}
      {agency.isError ? <ProblemNote error={agency.error} onRetry={() => void agency.refetch()} /> : null}
      {agency.data?.queryKind === 'none' ? <Note tone="info" title={t('pay.noBills')} /> : null}
      {agency.data && agency.data.queryKind !== 'none' ? <PayOnce agency={agency.data} /> : null}
    </Page>
  );
}

/** What was typed is kept here and nowhere else. */
function PayOnce({ agency }: { agency: AgencyDetail }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<Inputs>({});
  const [isAnswered, setAnswered] = useState(false);
  const look = useMutation({
    mutationFn: (inputs: Record<string, string>) => {
      setTyped(inputs);
      // Whoever asks wants to know how it is now.
      return queryClient.fetchQuery({ ...typedBillsQuery(agency.agencyId, inputs), staleTime: 0 });
    },
    onSuccess: () => {
      if (agency.regions[0]) rememberRegion(agency.regions[0]);
      setAnswered(true);
    },
  });
  if (isAnswered) {
    return <Answered agency={agency} inputs={typed} onCorrect={() => setAnswered(false)} />;
  }
  return (
    <>
      <InputsForm
        agency={agency}
        initial={typed}
        sending={look}
        submit={{ label: t('pay.submit'), waiting: t('pay.looking') }}
        onSubmit={(inputs) => look.mutate(inputs)}
      />
      {agency.queryKind === 'direct' ? null : (
        <Link className="line-link" to={`/accounts/new?agency=${agency.agencyId}`}>
          {t('pay.saveInstead')}
        </Link>
      )}
    </>
  );
}

interface AnsweredProps {
  agency: AgencyDetail;
  inputs: Inputs;
  onCorrect(): void;
}

function Answered({ agency, inputs, onCorrect }: AnsweredProps) {
  const { t } = useTranslation();
  const bills = useQuery(typedBillsQuery(agency.agencyId, inputs));
  const accountLabel = accountLabelOf(agency);
  const correct = (
    <Button className="no-print" onClick={onCorrect}>
      {t('pay.correct')}
    </Button>
  );
  if (bills.isPending) return <Waiting lines={6} />;
  if (bills.isError) return <ProblemNote error={bills.error} onRetry={() => void bills.refetch()} />;
  return (
    <>
      <section className="panel account-summary" aria-label={t('bill.accountLabel')}>
        <CategoryBadge category={agency.category} />
        <div>
          <p>
            <strong>{local(agency.names)}</strong>
          </p>
          <p className="weak small">
            {accountLabel ? `${local(accountLabel)} ` : ''}
            <span className="number">{bills.data.maskedAccount}</span>
            {bills.data.holder?.maskedName ? ` · ${bills.data.holder.maskedName}` : ''}
          </p>
          {bills.data.holder?.maskedAddress ? (
            <p className="weak small">{bills.data.holder.maskedAddress}</p>
          ) : null}
          <div className="row">
            <button type="button" className="text-button" onClick={onCorrect}>
              {t('pay.correct')}
            </button>
            <SaveAccount agency={agency} inputs={inputs} answer={bills.data} />
          </div>
        </div>
      </section>
      <AnswerView
        agency={agency}
        label=""
        answer={bills.data}
        isAsking={bills.isFetching}
        askAgain={() => bills.refetch()}
        correct={correct}
      />
    </>
  );
}

/** Saving stays an option where there will be something to pay again. */
function SaveAccount({
  agency,
  inputs,
  answer,
}: {
  agency: AgencyDetail;
  inputs: Inputs;
  answer: BillQuery;
}) {
  const { t } = useTranslation();
  const save = useMutation({
    mutationFn: async () =>
      bodyOf(
        await api.POST('/v1/saved-accounts', { body: { agencyId: agency.agencyId, inputs: { ...inputs } } }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: savedAccountsQuery.queryKey }),
  });
  if (answer.outcome === 'noSuchAccount') return null;
  if (save.isSuccess) return <p role="status">{t('pay.saved')}</p>;
  return (
    <>
      <button type="button" className="text-button" onClick={() => save.mutate()} disabled={save.isPending}>
        {save.isPending ? t('app.wait') : t('pay.save')}
      </button>
      {save.isError ? <ProblemNote error={save.error} /> : null}
    </>
  );
}
