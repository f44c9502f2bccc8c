import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf } from '../../api/client.ts';
import { formatDate, local } from '../../format.ts';
import { SelectField, TextField } from '../../parts/field.tsx';
import { ProblemNote } from '../../parts/note.tsx';
import { useSettled } from '../../parts/use-settled.ts';
import { Waiting } from '../../parts/waiting.tsx';
import { Action, CONSOLE_KEY } from '../agency/parts.tsx';
import { readTerms, type Terms, type TypedTerms, typedOf, USUAL_TERMS } from './terms-form.rules.ts';
import { TermsSummary } from './terms-summary.tsx';
import { useSettlementTexts } from './texts-settlement.ts';

const SEARCH_PAUSE_MS = 300;
const MOST_OFFERED = 100;

/** Asking for terms: first whose, then what holds now, and that to be changed. */
export function TermsForm() {
  const texts = useSettlementTexts();
  const [agencyId, setAgencyId] = useState('');
  const [sought, setSought] = useState('');
  const search = useSettled(sought.trim(), SEARCH_PAUSE_MS);
  const agencies = useQuery({
    queryKey: ['agencies', 'all', search],
    queryFn: async ({ signal }) => {
      const params = { query: { limit: MOST_OFFERED, ...(search && { search }) } };
      return bodyOf(await api.GET('/v1/agencies', { params, signal })).items;
    },
    placeholderData: (before) => before,
  });
  const terms = useQuery({
    queryKey: [CONSOLE_KEY, 'settlementTerms', agencyId],
    queryFn: async ({ signal }) => {
      const params = { query: { agencyId, state: 'approved' as const } };
      return bodyOf(await api.GET('/v1/settlement-terms', { params, signal })).items;
    },
    enabled: agencyId !== '',
  });
  // Newest first: the first is what was agreed last.
  const agreed = terms.data?.[0];
  return (
    <div className="stack-tight">
      <h3>{texts.proposeTerms}</h3>
      <TextField
        label={texts.findAgency}
        value={sought}
        onChange={(typed) => {
          setSought(typed);
          setAgencyId('');
        }}
        maxLength={32}
      />
      <SelectField
        label={texts.agency}
        placeholder={texts.chooseAgency}
        value={agencyId}
        onChange={setAgencyId}
        options={(agencies.data ?? []).map((one) => ({ value: one.agencyId, label: local(one.names) }))}
      />
      {agencyId && terms.isPending ? <Waiting /> : null}
      {terms.isError ? <ProblemNote error={terms.error} onRetry={() => void terms.refetch()} /> : null}
      {agreed ? (
        <p className="small">
          {texts.agreed} {formatDate(agreed.effectiveFrom)} · <TermsSummary terms={agreed.terms} />
        </p>
      ) : null}
      {terms.isSuccess ? (
        <Fields
          key={`${agencyId} ${agreed?.termsId}`}
          agencyId={agencyId}
          before={agreed?.terms ?? USUAL_TERMS}
          onDone={() => setAgencyId('')}
        />
      ) : null}
    </div>
  );
}

interface FieldsProps {
  agencyId: string;
  before: Terms;
  onDone(): void;
}

function Fields({ agencyId, before, onDone }: FieldsProps) {
  const texts = useSettlementTexts();
  const [effectiveFrom, setEffectiveFrom] = useState('');
  const [typed, setTyped] = useState(() => typedOf(before));
  const read = readTerms(typed, before);
  const wrong = 'wrong' in read ? read.wrong : [];
  const field = (name: keyof TypedTerms) => ({
    label: texts.fields[name],
    value: typed[name],
    onChange: (value: string) => setTyped({ ...typed, [name]: value }),
    error: wrong.includes(name) ? texts.wrong[name] : null,
    autoComplete: 'off',
  });
  const cycles = [
    { value: 'daily', label: texts.daily },
    ...texts.weekdays.map((day, index) => ({ value: String(index + 1), label: `${texts.weeklyTo}${day}` })),
  ];
  return (
    <>
      <TextField label={texts.effectiveFrom} type="date" value={effectiveFrom} onChange={setEffectiveFrom} />
      <SelectField {...field('cycle')} placeholder={texts.fields.cycle} options={cycles} />
      <TextField {...field('cutOff')} type="time" hint={before.cutOff.timeZone} />
      <TextField {...field('payoutAfterDays')} inputMode="numeric" hint={texts.payoutAfterDaysHint} />
      <SelectField
        {...field('basis')}
        placeholder={texts.fields.basis}
        options={(['net', 'gross'] as const).map((value) => ({ value, label: texts.bases[value] }))}
      />
      <TextField {...field('minimum')} inputMode="decimal" hint={texts.minimumHint} />
      <TextField {...field('reservePercent')} inputMode="decimal" hint={texts.reserveHint} />
      <TextField {...field('reserveDays')} inputMode="numeric" />
      <Action
        label={texts.proposeTerms}
        isPrimary
        isDisabled={effectiveFrom === '' || 'wrong' in read}
        onDone={onDone}
        run={async () => {
          if ('wrong' in read) return;
          await api.POST('/v1/settlement-terms', { body: { agencyId, effectiveFrom, terms: read } });
        }}
      />
    </>
  );
}
