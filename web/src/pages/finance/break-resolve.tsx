import { useMutation } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { useState } from 'react';
import { Link } from 'react-router';
import { api, bodyOf, newIdempotencyKey } from '../../api/client.ts';
import { formatMoney } from '../../format.ts';
import { SelectField, TextArea } from '../../parts/field.tsx';
import { Note, ProblemNote } from '../../parts/note.tsx';
import { Action } from '../agency/parts.tsx';
import { BreakMatch } from './break-match.tsx';
import { Entries } from './entries.tsx';
import { useBreakTexts, wordOf } from './texts-breaks.ts';
import { filled } from './texts-days.ts';

interface BreakResolveFormProps {
  /** Which breaks: one and maybe others, or what a filter finds. */
  selection: { breakId: string; sourceId: string } | { filter: Readonly<Record<string, string>> };
  actions: readonly { kind: string; accounts: readonly string[] }[];
}

/** Choosing how breaks are closed: first what would be booked is shown, then it may be asked for. */
export function BreakResolveForm({ selection, actions }: BreakResolveFormProps) {
  const texts = useBreakTexts();
  const [kind, setKind] = useState(actions[0]?.kind ?? '');
  const [account, setAccount] = useState('');
  const [others, setOthers] = useState<string[]>([]);
  const [reason, setReason] = useState('');
  const accounts = actions.find((one) => one.kind === kind)?.accounts ?? [];
  const isMatch = kind === 'match';
  const preview = useMutation({
    mutationFn: async () => {
      const named =
        'breakId' in selection
          ? { breakIds: [selection.breakId, ...(isMatch ? others : [])] }
          : { filter: selection.filter };
      const body = { ...named, kind, account: account || null };
      return bodyOf(await api.POST('/v1/reconciliation/break-resolutions/preview', { body: body as never }));
    },
  });
  const change =
    <Value,>(set: (value: Value) => void) =>
    (value: Value) => {
      set(value);
      preview.reset();
    };
  const { data } = preview;
  const mayAsk = data && data.obstacle === null && data.people !== 'refused';
  return (
    <div className="stack-tight">
      <SelectField
        label={texts.kind}
        placeholder={texts.kind}
        value={kind}
        onChange={change(setKind)}
        options={actions.map((one) => ({ value: one.kind, label: wordOf(texts.kinds, one.kind) }))}
      />
      {accounts.length > 0 ? (
        <SelectField
          label={texts.account}
          placeholder={texts.noAccount}
          value={account}
          onChange={change(setAccount)}
          options={accounts.map((value) => ({ value, label: wordOf(texts.accounts, value) }))}
        />
      ) : null}
      {isMatch && 'breakId' in selection ? (
        <BreakMatch {...selection} chosen={others} onChange={change(setOthers)} />
      ) : null}
      <Button loading={preview.isPending} onClick={() => preview.mutate()}>
        {texts.preview}
      </Button>
      {preview.isError ? <ProblemNote error={preview.error} /> : null}
      {data ? (
        <Note
          tone={mayAsk ? 'good' : 'bad'}
          title={`${filled(texts.count, { count: data.breakIds.length })} · ${formatMoney({ amountMinor: data.amountMinor, currency: data.currency })}`}
        >
          {data.obstacle ? (
            <>
              <p>{filled(texts.obstacle, data.obstacle)}</p>
              {data.breakIds.length > 1 ? (
                <Link className="line-link" to={`/staff/finance/breaks/${data.obstacle.breakId}`}>
                  {texts.one}
                </Link>
              ) : null}
            </>
          ) : (
            <>
              <p>{texts.people[data.people]}</p>
              <Entries entries={data.entries} currency={data.currency} />
            </>
          )}
        </Note>
      ) : null}
      {mayAsk ? (
        <>
          <TextArea label={texts.reason} value={reason} onChange={setReason} maxLength={1_000} />
          <Action
            label={texts.submit}
            isPrimary
            isForGood={data.people === 1}
            isDisabled={reason.trim().length < 3}
            onDone={() => preview.reset()}
            run={() => {
              const { breakIds, breaksSha256 } = data;
              const body = { breakIds, breaksSha256, kind, account: account || null, reason };
              const params = { header: { 'Idempotency-Key': newIdempotencyKey() } };
              return api.POST('/v1/reconciliation/break-resolutions', { params, body: body as never });
            }}
          />
        </>
      ) : null}
    </div>
  );
}
