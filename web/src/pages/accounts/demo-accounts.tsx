import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '../../api/client.ts';
import { useSession } from '../../api/queries.ts';
import { local } from '../../format.ts';

interface DemoAccountsProps {
  /** Only numbers of this form are of use here. */
  pattern: string;
  onChoose(accountNumber: string): void;
}

/** Demo only: account numbers, and what each is for trying out. */
export function DemoAccounts({ pattern, onChoose }: DemoAccountsProps) {
  const { t } = useTranslation();
  const isDemo = useSession().data?.demo === true;
  const accounts = useQuery({
    queryKey: ['demo', 'accounts'],
    queryFn: async () => bodyOf(await api.GET('/v1/demo/accounts')).items,
    enabled: isDemo,
  });
  const form = new RegExp(`^(?:${pattern})$`, 'u');
  const usable = accounts.data?.filter(({ accountNumber }) => form.test(accountNumber)) ?? [];
  if (!isDemo || usable.length === 0) return null;
  return (
    <details className="panel fold">
      <summary>{t('add.demoTitle')}</summary>
      <ul className="choices">
        {usable.map(({ accountNumber, about }) => (
          <li key={accountNumber}>
            <button type="button" className="choice" onClick={() => onChoose(accountNumber)}>
              <span className="choice-main">
                <strong className="number">{accountNumber}</strong>
                <br />
                <span className="weak small">{local(about)}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
