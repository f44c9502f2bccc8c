import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf } from '../../api/client.ts';
import { formatExactTime } from '../../format.ts';
import { TextField } from '../../parts/field.tsx';
import { Note } from '../../parts/note.tsx';
import { Action, CONSOLE_KEY, Panel } from './parts.tsx';
import { useTexts } from './texts.ts';

const SCOPES = ['billFiles', 'payments', 'disputes', 'webhooks'] as const;
type Scope = (typeof SCOPES)[number];

/** The keys of the agency's own systems. */
export function AgencyKeys({ agencyId }: { agencyId: string }) {
  const texts = useTexts();
  const [shown, setShown] = useState<string | null>(null);
  const path = { agencyId };
  const keys = useQuery({
    queryKey: [CONSOLE_KEY, 'keys', agencyId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET('/v1/onboardings/{agencyId}/keys', { params: { path }, signal })).items,
    staleTime: 0,
  });
  return (
    <Panel title={texts.keys} query={keys}>
      <Secret secret={shown} />
      {keys.data?.length === 0 ? <p>{texts.noKeys}</p> : null}
      <ul className="stack">
        {keys.data?.map(({ keyId, label, prefix, isUsable, expiresAt, scopes }) => (
          <li key={keyId} className="stack-tight task">
            <p>
              <strong>{label}</strong> · {scopes.map((scope) => texts.scopes[scope]).join(' · ')}
            </p>
            <p className="weak small long-text">
              <code>{prefix}…</code>{' '}
              {isUsable ? `${texts.expires} ${formatExactTime(expiresAt)}` : texts.notUsable}
            </p>
            {isUsable ? <KeyActions agencyId={agencyId} keyId={keyId} onShown={setShown} /> : null}
          </li>
        ))}
      </ul>
      <NewKey agencyId={agencyId} onShown={setShown} />
    </Panel>
  );
}

interface ShownProps {
  agencyId: string;
  onShown(secret: string): void;
}

function KeyActions({ agencyId, keyId, onShown }: ShownProps & { keyId: string }) {
  const texts = useTexts();
  const params = { path: { agencyId, keyId } };
  const rotate = async () => {
    const made = await api.POST('/v1/onboardings/{agencyId}/keys/{keyId}/rotate', { params, body: {} });
    onShown(bodyOf(made).key);
  };
  return (
    <>
      <Action label={texts.rotate} run={rotate} />
      <Action
        label={texts.revoke}
        isForGood
        run={() => api.DELETE('/v1/onboardings/{agencyId}/keys/{keyId}', { params })}
      />
    </>
  );
}

function NewKey({ agencyId, onShown }: ShownProps) {
  const texts = useTexts();
  const [label, setLabel] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['billFiles']);
  const create = async () => {
    const params = { path: { agencyId } };
    const body = { label: label.trim(), scopes: [...scopes] };
    onShown(bodyOf(await api.POST('/v1/onboardings/{agencyId}/keys', { params, body })).key);
  };
  return (
    <div className="stack-tight">
      <TextField label={texts.keyLabel} value={label} onChange={setLabel} maxLength={40} />
      <Choices names={texts.scopes} all={SCOPES} chosen={scopes} onChange={setScopes} />
      <Action
        label={texts.createKey}
        isDisabled={!label.trim() || scopes.length === 0}
        run={create}
        onDone={() => setLabel('')}
      />
    </div>
  );
}

interface ChoicesProps<T extends string> {
  names: Readonly<Record<T, string>>;
  all: readonly T[];
  chosen: readonly T[];
  onChange(chosen: readonly T[]): void;
}

/** Some of a few. */
export function Choices<T extends string>({ names, all, chosen, onChange }: ChoicesProps<T>) {
  return (
    <div className="stack-tight">
      {all.map((one) => (
        <label key={one} className="choice">
          <input
            type="checkbox"
            checked={chosen.includes(one)}
            onChange={() =>
              onChange(chosen.includes(one) ? chosen.filter((other) => other !== one) : [...chosen, one])
            }
          />{' '}
          {names[one]}
        </label>
      ))}
    </div>
  );
}

/** What is shown once. */
export function Secret({ secret }: { secret: string | null }) {
  const texts = useTexts();
  if (!secret) return null;
  return (
    <Note tone="wait" title={texts.shownOnce} isAlert>
      <p className="long-text">
        <code>{secret}</code>
      </p>
    </Note>
  );
}
