import { useQuery } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import type { ReceiptVerification } from '../../api/types.ts';
import { formatExactTime, formatMoney, local } from '../../format.ts';
import { CostFacts } from '../../parts/facts.tsx';
import { TextField } from '../../parts/field.tsx';
import { Note, ProblemNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { Waiting } from '../../parts/waiting.tsx';

/** For anybody who holds a receipt: whether it is genuine, and what that proves. No sign-in. */
export default function VerifyPage() {
  const { t } = useTranslation();
  const { receiptId = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const code = search.get('code') ?? '';
  const verification = useQuery({
    queryKey: ['verification', receiptId, code],
    queryFn: async ({ signal }) =>
      bodyOf(
        await api.GET('/v1/receipts/{receiptId}/verification', {
          params: { path: { receiptId }, query: { code } },
          signal,
        }),
      ),
    enabled: code !== '',
  });
  const isRefused = verification.error instanceof ApiProblem && isNotGenuine(verification.error);
  return (
    <Page title={t('verify.title')}>
      <div role="status" className="stack">
        {verification.isLoading ? <Waiting /> : null}
        {verification.data ? <Genuine receipt={verification.data} /> : null}
        {isRefused ? (
          <Note tone="bad" title={t('verify.refusedTitle')}>
            <p>{t('verify.refusedBody')}</p>
          </Note>
        ) : null}
      </div>
      {verification.isError && !isRefused ? (
        <ProblemNote error={verification.error} onRetry={() => void verification.refetch()} />
      ) : null}
      {code === '' || isRefused ? <CodeForm onCode={(typed) => setSearch({ code: typed })} /> : null}
    </Page>
  );
}

/** A definite no: unknown, or the code is not of that receipt, or not of the form that codes have. */
function isNotGenuine(problem: ApiProblem): boolean {
  return problem.kind === 'answered' && [400, 404, 422].includes(problem.status);
}

function Genuine({ receipt }: { receipt: ReceiptVerification }) {
  const { t } = useTranslation();
  return (
    <>
      <Note tone="good" title={t('verify.genuineTitle')}>
        <p>{t('verify.genuineBody')}</p>
      </Note>
      <section className="panel stack" aria-label={t('verify.facts')}>
        <p className="amount-large">{formatMoney(receipt.total)}</p>
        <dl className="facts">
          <CostFacts {...receipt} />
          <dt>{t('receipt.agency')}</dt>
          <dd>{local(receipt.agency.names)}</dd>
          <dt>{t('receipt.account')}</dt>
          <dd className="number">{receipt.maskedAccount}</dd>
          <dt>{t('receipt.debitedAt')}</dt>
          <dd>{formatExactTime(receipt.debitedAt)}</dd>
          <dt>{t('receipt.postedAt')}</dt>
          <dd>{formatExactTime(receipt.postedAt)}</dd>
          <dt>{t('receipt.agencyReference')}</dt>
          <dd className="number small">{receipt.agencyReference}</dd>
          <dt>{t('receipt.number')}</dt>
          <dd className="number small">{receipt.receiptId}</dd>
        </dl>
      </section>
      <p className="weak">{t('verify.compare')}</p>
    </>
  );
}

function CodeForm({ onCode }: { onCode(code: string): void }) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim()) onCode(code.trim());
  };
  return (
    <form className="panel stack" onSubmit={submit}>
      <TextField
        label={t('verify.code')}
        hint={t('verify.codeHint')}
        autoComplete="off"
        maxLength={20}
        value={code}
        onChange={setCode}
      />
      <Button type="submit" color="primary" block>
        {t('verify.submit')}
      </Button>
    </form>
  );
}
