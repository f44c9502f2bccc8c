import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf } from '../../api/client.ts';
import { SelectField, TextField } from '../../parts/field.tsx';
import { Action, CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { useSettlementTexts } from './texts-settlement.ts';

const EMPTY = {
  agencyId: '',
  effectiveFrom: '',
  cycle: 'daily',
  basis: 'net',
  payoutAfterDays: '1',
  minimum: '0',
};

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
  return (
    <Panel title={texts.terms} query={open}>
      {open.data?.length === 0 ? <p>{texts.noTerms}</p> : null}
      <ul className="stack">
        {open.data?.map(({ termsId, agencyId, effectiveFrom, terms, proposedBy }) => (
          <li key={termsId} className="task stack-tight">
            <p className="long-text">
              <strong>{agencyId}</strong> · {texts.effectiveFrom} {effectiveFrom} · {texts[terms.cycle.kind]}{' '}
              T+
              {terms.payoutAfterDays} · {texts.bases[terms.basis]}
            </p>
            <p className="weak small long-text">
              {texts.proposedBy} {proposedBy}
            </p>
            {isFinance ? <Decide termsId={termsId} /> : null}
          </li>
        ))}
      </ul>
      {isFinance ? <Propose /> : null}
    </Panel>
  );
}

function Decide({ termsId }: { termsId: string }) {
  const texts = useSettlementTexts();
  const options = { params: { path: { termsId } }, body: {} };
  return (
    <div className="console-actions">
      <Action
        label={texts.approve}
        isPrimary
        isForGood
        run={() => api.POST('/v1/settlement-terms/{termsId}/approve', options)}
      />
      <Action label={texts.reject} run={() => api.POST('/v1/settlement-terms/{termsId}/reject', options)} />
      <Action
        label={texts.withdraw}
        run={() => api.POST('/v1/settlement-terms/{termsId}/withdraw', options)}
      />
    </div>
  );
}

function Propose() {
  const texts = useSettlementTexts();
  const [asked, setAsked] = useState(EMPTY);
  const set = (field: keyof typeof EMPTY) => (value: string) => setAsked({ ...asked, [field]: value });
  const isFilled =
    /^[a-z][a-z0-9-]{2,63}$/.test(asked.agencyId) && /^\d{4}-\d\d-\d\d$/.test(asked.effectiveFrom);
  const propose = () =>
    api.POST('/v1/settlement-terms', {
      body: {
        agencyId: asked.agencyId,
        effectiveFrom: asked.effectiveFrom,
        terms: {
          currency: 'CNY',
          cutOff: { timeZone: 'Asia/Shanghai', cutOff: '00:00' },
          cycle: asked.cycle === 'weekly' ? { kind: 'weekly', lastWeekday: 7 } : { kind: 'daily' },
          payoutAfterDays: Number(asked.payoutAfterDays),
          basis: asked.basis === 'gross' ? 'gross' : 'net',
          minimumPayoutMinor: Number(asked.minimum),
          reserve: null,
        },
      },
    });
  return (
    <div className="stack-tight">
      <TextField
        label={texts.agencyId}
        value={asked.agencyId}
        onChange={set('agencyId')}
        autoComplete="off"
      />
      <TextField
        label={texts.effectiveFrom}
        type="date"
        value={asked.effectiveFrom}
        onChange={set('effectiveFrom')}
      />
      <SelectField
        label={texts.cycle}
        placeholder={texts.cycle}
        value={asked.cycle}
        onChange={set('cycle')}
        options={(['daily', 'weekly'] as const).map((value) => ({ value, label: texts[value] }))}
      />
      <SelectField
        label={texts.basis}
        placeholder={texts.basis}
        value={asked.basis}
        onChange={set('basis')}
        options={(['net', 'gross'] as const).map((value) => ({ value, label: texts.bases[value] }))}
      />
      <TextField
        label={texts.payoutAfterDays}
        inputMode="numeric"
        value={asked.payoutAfterDays}
        onChange={set('payoutAfterDays')}
      />
      <TextField label={texts.minimum} inputMode="numeric" value={asked.minimum} onChange={set('minimum')} />
      <Action
        label={texts.proposeTerms}
        isDisabled={!isFilled}
        run={propose}
        onDone={() => setAsked(EMPTY)}
      />
    </div>
  );
}
