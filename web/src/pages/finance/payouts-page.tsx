import { useMutation } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { useState } from 'react';
import { Link } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { queryClient, useSession } from '../../api/queries.ts';
import { formatDate, formatMoney } from '../../format.ts';
import { SelectField } from '../../parts/field.tsx';
import { Note, ProblemNote } from '../../parts/note.tsx';
import { Page } from '../../parts/page.tsx';
import { More, usePages } from '../../parts/pages.tsx';
import { CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { useNames } from './names.tsx';
import { useSettlementTexts } from './texts-settlement.ts';

const FORMATS = ['pain001', 'bankCsv'] as const;

/** Files of payouts: making one, taking in what the bank answered, and all there were. */
export default function PayoutsPage() {
  const texts = useSettlementTexts();
  const isFinance = useSession().data?.user?.roles.includes('finance') ?? false;
  return (
    <Page title={texts.payouts} back="/staff">
      <div className="staff-grid">
        <PayoutList />
        {isFinance ? <Prepare /> : null}
        {isFinance ? <Answer /> : null}
      </div>
    </Page>
  );
}

function PayoutList() {
  const texts = useSettlementTexts();
  const { query, items } = usePages([CONSOLE_KEY, 'payouts'], async (cursor, signal) =>
    bodyOf(await api.GET('/v1/payouts', { params: { query: cursor }, signal })),
  );
  return (
    <Panel title={texts.payouts} query={query}>
      {query.isSuccess && items.length === 0 ? <p>{texts.noPayouts}</p> : null}
      <ul className="stack">
        {items.map(({ batchId, executeOn, total, instructionCount, state, approvals, approvalsNeeded }) => (
          <li key={batchId} className="task">
            <Link className="break-link" to={`/staff/finance/payouts/${batchId}`}>
              <strong>
                {formatDate(executeOn)} · {formatMoney(total)}
              </strong>
            </Link>
            <p className="weak small">
              {texts.count} {instructionCount} · {texts.batchStates[state]} · {texts.approvals}{' '}
              {approvals.length}/{approvalsNeeded}
            </p>
          </li>
        ))}
      </ul>
      <More of={query} />
    </Panel>
  );
}

function Prepare() {
  const texts = useSettlementTexts();
  const [format, setFormat] = useState<string>('pain001');
  const made = useMutation({
    mutationFn: async () => {
      const chosen = FORMATS.find((one) => one === format) ?? 'pain001';
      return bodyOf(await api.POST('/v1/payouts', { body: { format: chosen, currency: 'CNY' } }));
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [CONSOLE_KEY] }),
  });
  const names = useNames(made.data?.notPayable.map(({ agencyId }) => agencyId));
  return (
    <Panel title={texts.prepare}>
      <SelectField
        label={texts.format}
        placeholder={texts.format}
        value={format}
        onChange={setFormat}
        options={FORMATS.map((value) => ({ value, label: texts.formats[value] }))}
      />
      <Button color="primary" loading={made.isPending} onClick={() => made.mutate()}>
        {texts.prepare}
      </Button>
      {made.isError ? <ProblemNote error={made.error} /> : null}
      {made.data ? (
        <Note
          tone="good"
          title={`${formatMoney(made.data.total)} · ${texts.count} ${made.data.instructionCount}`}
        >
          <Link className="line-link" to={`/staff/finance/payouts/${made.data.batchId}`}>
            {texts.approvals}
          </Link>
        </Note>
      ) : null}
      {made.data && made.data.notPayable.length > 0 ? (
        <Note tone="bad" title={texts.notPayable}>
          {made.data.notPayable.map(({ settlementId, agencyId, why }) => (
            <p key={settlementId} className="long-text">
              {names.agency(agencyId)} · {texts.whys[why]}
            </p>
          ))}
        </Note>
      ) : null}
    </Panel>
  );
}

function Answer() {
  const texts = useSettlementTexts();
  const taken = useMutation({
    mutationFn: async (file: File) =>
      bodyOf(
        await api.POST('/v1/payout-answers', {
          body: file as never,
          bodySerializer: (body: unknown) => body as BodyInit,
          headers: { 'content-type': 'application/octet-stream' },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [CONSOLE_KEY] }),
  });
  return (
    <Panel title={texts.answers}>
      <label className="field">
        <span className="field-label">{texts.uploadAnswer}</span>
        <input
          type="file"
          accept=".xml,.csv"
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file) taken.mutate(file);
          }}
        />
      </label>
      {taken.isError ? <ProblemNote error={taken.error} /> : null}
      {taken.data ? (
        <Note
          tone="good"
          title={taken.data.isRepeated ? texts.repeated : `${texts.taken}${taken.data.changes.length}`}
        >
          <Link className="line-link" to={`/staff/finance/payouts/${taken.data.batchId}`}>
            {texts.instructions}
          </Link>
        </Note>
      ) : null}
    </Panel>
  );
}
