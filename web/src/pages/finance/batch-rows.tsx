import { useMutation } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { useState } from 'react';
import { api, bodyOf } from '../../api/client.ts';
import type { ReconciliationBatch } from '../../api/types.ts';
import { SelectField, TextField } from '../../parts/field.tsx';
import { ProblemNote } from '../../parts/note.tsx';
import { More, usePages } from '../../parts/pages.tsx';
import { CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { filled, useDayTexts } from './texts-days.ts';
import { useWhyTexts } from './texts-why.ts';
import { WhyButton } from './why.tsx';

const ROWS_A_PAGE = 20;

/** The rows of a batch’s two sides, found by their reference or looked through, each with why it is where it is. */
export function BatchRows({ batch }: { batch: ReconciliationBatch }) {
  const texts = useWhyTexts();
  const dayTexts = useDayTexts();
  const [statementId, setStatementId] = useState('');
  const options = [
    { value: batch.theirsId ?? '', label: dayTexts.theirs },
    { value: batch.oursId ?? '', label: dayTexts.ours },
  ].filter(({ value }) => value !== '');
  if (options.length === 0) return null;
  return (
    <Panel title={texts.browse}>
      <p className="weak small">{texts.browseHint}</p>
      <Found batch={batch} />
      <SelectField
        label={texts.which}
        placeholder={texts.choose}
        value={statementId}
        onChange={setStatementId}
        options={options}
      />
      {statementId ? <Rows key={statementId} statementId={statementId} /> : null}
    </Panel>
  );
}

function Found({ batch: { sourceId, businessDate, oursId } }: { batch: ReconciliationBatch }) {
  const texts = useWhyTexts();
  const dayTexts = useDayTexts();
  const [ref, setRef] = useState('');
  const found = useMutation({
    mutationFn: async () => {
      const params = { query: { sourceId, businessDate, ref } };
      return bodyOf(await api.GET('/v1/reconciliation/rows', { params })).items;
    },
  });
  return (
    <form
      className="stack-tight"
      onSubmit={(event) => {
        event.preventDefault();
        found.mutate();
      }}
    >
      <TextField
        label={texts.ref}
        autoComplete="off"
        maxLength={140}
        value={ref}
        onChange={(value) => setRef(value.trim())}
      />
      <Button type="submit" disabled={ref.length < 3} loading={found.isPending}>
        {texts.findRef}
      </Button>
      {found.isError ? <ProblemNote error={found.error} /> : null}
      {found.data?.length === 0 ? <p role="status">{texts.refNotFound}</p> : null}
      {found.data?.map(({ statementId, rowNo }) => (
        <div key={`${statementId} ${rowNo}`} className="task stack-tight">
          <p>{statementId === oursId ? dayTexts.ours : dayTexts.theirs}</p>
          <WhyButton statementId={statementId} rowNo={rowNo} />
        </div>
      ))}
    </form>
  );
}

function Rows({ statementId }: { statementId: string }) {
  const texts = useWhyTexts();
  const { query, items } = usePages(
    [CONSOLE_KEY, 'statementRows', statementId],
    async ({ cursor }, signal) => {
      const params = { path: { statementId }, query: { fromRow: Number(cursor ?? 0), limit: ROWS_A_PAGE } };
      const url = '/v1/reconciliation/statements/{statementId}/rows';
      const { items, nextFromRow } = bodyOf(await api.GET(url, { params, signal }));
      return { items, nextCursor: nextFromRow === null ? null : String(nextFromRow) };
    },
  );
  return (
    <>
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isSuccess && items.length === 0 ? <p>{texts.noRows}</p> : null}
      <ol className="stack-tight">
        {items.map(({ rowNo, line, raw }) => (
          <li key={rowNo} className="task stack-tight">
            <p className="weak small">{filled(texts.line, { line })}</p>
            <p className="small long-text number">{raw}</p>
            <WhyButton statementId={statementId} rowNo={rowNo} />
          </li>
        ))}
      </ol>
      <More of={query} label={texts.moreRows} />
    </>
  );
}
