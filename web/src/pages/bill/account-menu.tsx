import { useMutation } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import { queryClient, savedAccountsQuery } from '../../api/queries.ts';
import type { SavedAccount } from '../../api/types.ts';
import { announce } from '../../parts/announce.ts';
import { Icon } from '../../parts/icons.tsx';
import { ProblemNote } from '../../parts/note.tsx';
import { Sheet } from '../../parts/sheet.tsx';
import { LabelField } from '../accounts/label-field.tsx';

/** Rename or remove a saved account. */
export function AccountMenu({ account }: { account: SavedAccount }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="icon-button"
        onClick={() => setOpen(true)}
        aria-label={t('bill.manage')}
      >
        <Icon name="more" />
      </button>
      {isOpen ? (
        <Sheet title={t('bill.manage')} onClose={() => setOpen(false)}>
          <ManageAccount account={account} onDone={() => setOpen(false)} />
        </Sheet>
      ) : null}
    </>
  );
}

function ManageAccount({ account, onDone }: { account: SavedAccount; onDone(): void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [label, setLabel] = useState(account.label);
  const [isRemoving, setRemoving] = useState(false);
  const path = { savedAccountId: account.savedAccountId };
  const rename = useMutation({
    mutationFn: async () =>
      bodyOf(
        await api.PATCH('/v1/saved-accounts/{savedAccountId}', {
          params: { path },
          body: { label: label.trim() },
        }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: savedAccountsQuery.queryKey });
      announce(t('bill.renamed'));
      onDone();
    },
  });
  const remove = useMutation({
    mutationFn: () => api.DELETE('/v1/saved-accounts/{savedAccountId}', { params: { path } }),
    onSuccess: async () => {
      navigate('/', { replace: true });
      await queryClient.invalidateQueries({ queryKey: savedAccountsQuery.queryKey });
      announce(t('bill.removed'));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <LabelField value={label} onChange={setLabel} />
      {rename.isError ? <ProblemNote error={rename.error} /> : null}
      <Button type="submit" color="primary" block loading={rename.isPending} loadingText={t('app.wait')}>
        {t('app.save')}
      </Button>
      {remove.isError ? <ProblemNote error={remove.error} /> : null}
      {isRemoving ? (
        <div className="note bad">
          <p>{t('bill.removeBody')}</p>
          <Button
            color="danger"
            onClick={() => remove.mutate()}
            loading={remove.isPending}
            loadingText={t('app.wait')}
          >
            {t('bill.removeConfirm')}
          </Button>
        </div>
      ) : (
        <button type="button" className="text-button danger" onClick={() => setRemoving(true)}>
          {t('bill.remove')}
        </button>
      )}
    </form>
  );
}
