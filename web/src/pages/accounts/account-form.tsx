import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '../../api/client.ts';
import { queryClient, savedAccountsQuery } from '../../api/queries.ts';
import type { AgencyDetail, SavedAccount } from '../../api/types.ts';
import { InputsForm } from './inputs-form.tsx';
import { LabelField } from './label-field.tsx';
import { rememberRegion } from './recent-region.ts';

interface AccountFormProps {
  agency: AgencyDetail;
  onSaved(account: SavedAccount): void;
}

/** What the agency asks for, and what its owner calls the account. */
export function AccountForm({ agency, onSaved }: AccountFormProps) {
  const { t } = useTranslation();
  const [label, setLabel] = useState('');
  const save = useMutation({
    mutationFn: async (inputs: Record<string, string>) => {
      const body = {
        agencyId: agency.agencyId,
        inputs,
        ...(label.trim() ? { label: label.trim() } : {}),
      };
      return bodyOf(await api.POST('/v1/saved-accounts', { body }));
    },
    onSuccess: async (account) => {
      if (agency.regions[0]) rememberRegion(agency.regions[0]);
      await queryClient.invalidateQueries({ queryKey: savedAccountsQuery.queryKey });
      onSaved(account);
    },
  });
  return (
    <InputsForm
      agency={agency}
      sending={save}
      noAnswer={t('add.noAnswer')}
      submit={{ label: t('add.submit'), waiting: t('add.looking') }}
      onSubmit={(inputs) => save.mutate(inputs)}
    >
      <LabelField value={label} onChange={setLabel} />
    </InputsForm>
  );
}
