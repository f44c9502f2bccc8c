import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf } from '../../api/client.ts';
import { formatExactTime } from '../../format.ts';
import { Fact } from '../../parts/facts.tsx';
import { TextField } from '../../parts/field.tsx';
import { Note } from '../../parts/note.tsx';
import { Withdraw } from './overview.tsx';
import { Action, CONSOLE_KEY, Panel } from './parts.tsx';
import { useTexts } from './texts.ts';

const FIELDS = ['holderName', 'bankName', 'bankCode', 'accountNumber'] as const;
const EMPTY = { holderName: '', bankName: '', bankCode: '', accountNumber: '' };

interface Shown {
  maskedHolderName: string;
  bankName: string;
  maskedAccountNumber: string;
}

/** Where the agency's money goes, and asking for another account. */
export function Settlement({ agencyId }: { agencyId: string }) {
  const texts = useTexts();
  const path = { agencyId };
  const account = useQuery({
    queryKey: [CONSOLE_KEY, 'settlement', agencyId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET('/v1/onboardings/{agencyId}/settlement-account', { params: { path }, signal })),
    staleTime: 0,
  });
  const { current, pending } = account.data ?? {};
  return (
    <Panel title={texts.settlement} query={account}>
      {current === null ? <p>{texts.none}</p> : null}
      {current ? <Account title={texts.current} account={current} /> : null}
      {pending ? (
        <>
          <Account title={texts.pending} account={pending} />
          <Note tone="wait" title={texts.waitsForApproval}>
            {pending.takesEffectAt ? (
              <p>
                {texts.takesEffect} {formatExactTime(pending.takesEffectAt)}
              </p>
            ) : null}
          </Note>
          <Withdraw agencyId={agencyId} requestId={pending.requestId} />
        </>
      ) : null}
      {pending === null ? <Change agencyId={agencyId} /> : null}
    </Panel>
  );
}

function Account({ title, account }: { title: string; account: Shown }) {
  const texts = useTexts();
  return (
    <div>
      <h3>{title}</h3>
      <dl className="facts">
        <Fact label={texts.holderName}>{account.maskedHolderName}</Fact>
        <Fact label={texts.bankName}>{account.bankName}</Fact>
        <Fact label={texts.accountNumber} isNumber>
          {account.maskedAccountNumber}
        </Fact>
      </dl>
    </div>
  );
}

function Change({ agencyId }: { agencyId: string }) {
  const texts = useTexts();
  const [account, setAccount] = useState(EMPTY);
  const isFilled = FIELDS.every((field) => account[field].trim());
  return (
    <div className="stack-tight">
      {FIELDS.map((field) => (
        <TextField
          key={field}
          label={texts[field]}
          autoComplete="off"
          maxLength={100}
          value={account[field]}
          onChange={(value) => setAccount({ ...account, [field]: value })}
        />
      ))}
      <Action
        label={texts.changeAccount}
        isDisabled={!isFilled}
        run={() =>
          api.POST('/v1/onboardings/{agencyId}/settlement-account/changes', {
            params: { path: { agencyId } },
            body: account,
          })
        }
        onDone={() => setAccount(EMPTY)}
      />
    </div>
  );
}
