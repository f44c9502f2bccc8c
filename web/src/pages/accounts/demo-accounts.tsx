import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '../../api/client.ts';
import { useSession } from '../../api/queries.ts';
import { local } from '../../format.ts';

interface DemoAccountsProps {
  agencyId: string;
  onChoose(inputs: Record<string, string>): void;
}

/** Demo only: accounts at this agency, and what each is for trying out. */
export function DemoAccounts({ agencyId, onChoose }: DemoAccountsProps) {
  const { t } = useTranslation();
  const isDemo = useSession().data?.demo === true;
  const accounts = useQuery({
    queryKey: ['demo', 'accounts', agencyId],
    queryFn: async () =>
      bodyOf(await api.GET('/v1/demo/accounts', { params: { query: { agencyId } } })).items,
    enabled: isDemo,
  });
  const usable = accounts.data ?? [];
  if (!isDemo || usable.length === 0) return null;
  return (
    <details className="panel fold">
      <summary>{t('add.demoTitle')}</summary>
      <ul className="choices">
        {usable.map(({ inputs, about }) => (
          <li key={Object.values(inputs).join()}>
            <button type="button" className="choice" onClick={() => onChoose(inputs)}>
              <span className="choice-main">
                <strong className="number">{Object.values(inputs).join(' · ')}</strong>
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
