import { api, bodyOf } from '../../api/client.ts';
import { formatMoney } from '../../format.ts';
import { ProblemNote } from '../../parts/note.tsx';
import { More, usePages } from '../../parts/pages.tsx';
import { CONSOLE_KEY } from '../agency/parts.tsx';
import { useBreakTexts } from './texts-breaks.ts';

interface BreakMatchProps {
  breakId: string;
  sourceId: string;
  chosen: readonly string[];
  onChange(breakIds: string[]): void;
}

/** The other open breaks of a source, to be chosen for matching with one of them. */
export function BreakMatch({ breakId, sourceId, chosen, onChange }: BreakMatchProps) {
  const texts = useBreakTexts();
  const { query, items } = usePages([CONSOLE_KEY, 'breaks', 'toMatch', sourceId], async (cursor, signal) => {
    const params = { query: { sourceId, state: 'open', ...cursor } };
    return bodyOf(await api.GET('/v1/reconciliation/breaks', { params: params as never, signal }));
  });
  const others = items.filter((one) => one.breakId !== breakId);
  return (
    <fieldset className="finance-choices">
      <legend>{texts.with}</legend>
      {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isSuccess && others.length === 0 && !query.hasNextPage ? <p>{texts.noOthers}</p> : null}
      {others.map((one) => (
        <label key={one.breakId} className="finance-choice">
          <input
            type="checkbox"
            checked={chosen.includes(one.breakId)}
            onChange={({ target }) =>
              onChange(
                target.checked ? [...chosen, one.breakId] : chosen.filter((other) => other !== one.breakId),
              )
            }
          />
          <span className="long-text">
            {texts.classes[one.class]} · {formatMoney(one)}
            <span className="weak small">
              {' '}
              {one.businessDate} · {one.ref ?? '—'}
            </span>
          </span>
        </label>
      ))}
      <More of={query} />
    </fieldset>
  );
}
