import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf } from '../../api/client.ts';
import { SelectField, TextField } from '../../parts/field.tsx';
import { Action, CONSOLE_KEY } from '../agency/parts.tsx';
import { useBreakTexts } from './texts-breaks.ts';

const NOBODY = 'nobody';

interface BreakAssignProps {
  /** One break, or what a filter finds. */
  selection: { breakIds: string[] } | { filter: Readonly<Record<string, string>> };
  /** Whose it is now; null is nobody’s. */
  owner?: string | null;
}

/** Giving breaks to somebody in finance, or to nobody. */
export function BreakAssign({ selection, owner = null }: BreakAssignProps) {
  const texts = useBreakTexts();
  const [chosen, setChosen] = useState(owner ?? NOBODY);
  const [reason, setReason] = useState('');
  const [count, setCount] = useState<number | null>(null);
  const owners = useQuery({
    queryKey: [CONSOLE_KEY, 'break-owners'],
    queryFn: async ({ signal }) => bodyOf(await api.GET('/v1/reconciliation/break-owners', { signal })).items,
  });
  const options = [
    { value: NOBODY, label: texts.nobody },
    ...(owners.data ?? []).map(({ staffId, displayName }) => ({ value: staffId, label: displayName })),
  ];
  const assign = async () => {
    const to = chosen === NOBODY ? null : chosen;
    const body = { ...selection, owner: to, ...(reason.trim() ? { reason: reason.trim() } : {}) };
    setCount(bodyOf(await api.POST('/v1/reconciliation/break-assignments', { body: body as never })).count);
  };
  return (
    <div className="stack-tight">
      <SelectField
        label={texts.owner}
        placeholder={texts.owner}
        value={chosen}
        onChange={setChosen}
        options={options}
      />
      <TextField label={texts.assignReason} value={reason} onChange={setReason} maxLength={500} />
      <Action
        label={texts.assign}
        isDisabled={reason.trim().length > 0 && reason.trim().length < 3}
        run={assign}
      />
      {'filter' in selection && count !== null ? (
        <p role="status">{texts.assigned.replace('{n}', String(count))}</p>
      ) : null}
    </div>
  );
}
