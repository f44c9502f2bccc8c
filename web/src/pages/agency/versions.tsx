import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf } from '../../api/client.ts';
import { formatExactTime } from '../../format.ts';
import { CONSOLE_KEY, Panel } from './parts.tsx';
import { useTexts } from './texts.ts';

/** Every version of the manifest, each to be compared with the one before. */
export function Versions({ agencyId }: { agencyId: string }) {
  const texts = useTexts();
  const [compared, setCompared] = useState<number | null>(null);
  const path = { agencyId };
  const versions = useQuery({
    queryKey: [CONSOLE_KEY, 'versions', agencyId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET('/v1/onboardings/{agencyId}/versions', { params: { path }, signal })).items,
    staleTime: 0,
  });
  return (
    <Panel title={texts.versions} query={versions}>
      <ul className="stack">
        {versions.data?.map(({ version, createdAt }) => (
          <li key={version} className="stack-tight task">
            <p>
              <strong className="number">{version}</strong>{' '}
              <span className="weak small">{formatExactTime(createdAt)}</span>
            </p>
            {version > 1 ? (
              <button
                type="button"
                className="text-button"
                aria-expanded={compared === version}
                onClick={() => setCompared(compared === version ? null : version)}
              >
                {texts.compare}
              </button>
            ) : null}
            {compared === version ? <Difference agencyId={agencyId} version={version} /> : null}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Difference({ agencyId, version }: { agencyId: string; version: number }) {
  const texts = useTexts();
  const params = { path: { agencyId }, query: { from: version - 1, to: version } };
  const diff = useQuery({
    queryKey: [CONSOLE_KEY, 'diff', agencyId, version],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET('/v1/onboardings/{agencyId}/diff', { params, signal })).items,
  });
  if (diff.data?.length === 0) return <p>{texts.noDifference}</p>;
  return (
    <ul className="stack-tight">
      {diff.data?.map(({ pointer, before, after }) => (
        <li key={pointer} className="console-difference long-text">
          <strong>{pointer}</strong>
          <p>
            <span className="weak">{texts.before}</span> <del>{textOf(before) ?? texts.absent}</del>
          </p>
          <p>
            <span className="weak">{texts.after}</span> <ins>{textOf(after) ?? texts.absent}</ins>
          </p>
        </li>
      ))}
    </ul>
  );
}

function textOf(value: unknown): string | null {
  if (value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
