import { useQuery } from '@tanstack/react-query';
import Button from 'antd-mobile/es/components/button';
import { useState } from 'react';
import { Link } from 'react-router';
import { api, bodyOf } from '../../api/client.ts';
import type { Why } from '../../api/types.ts';
import { formatMoney } from '../../format.ts';
import { ProblemNote } from '../../parts/note.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { CONSOLE_KEY } from '../agency/parts.tsx';
import { useBreakTexts, wordOf } from './texts-breaks.ts';
import { useWhyTexts } from './texts-why.ts';

interface GroundsProps {
  rule: string;
  scores: Readonly<Record<string, number>>;
  currency: string;
}

/** By which rule, and on which figures, rows were matched or found to differ. */
export function Grounds({ rule, scores, currency }: GroundsProps) {
  const texts = useWhyTexts();
  // On the same date is what goes without saying.
  const told = Object.entries(scores).filter(([name, value]) => name !== 'daysApart' || value !== 0);
  const figures = told.map(([name, value]) => {
    const shown = name.endsWith('Minor') ? formatMoney({ amountMinor: value, currency }) : value;
    return ` · ${wordOf(texts.scores, name)} ${shown}`;
  });
  return (
    <p>
      {texts.rule}
      {wordOf(texts.rules, rule)}
      {figures}
    </p>
  );
}

/** What became of rows: matched or a break, by which rule, with all rows of it as they came. */
export function WhyAnswer({ answer }: { answer: Why }) {
  const texts = useWhyTexts();
  const { rows } = answer;
  const currency = rows[0]?.currency ?? 'CNY';
  return (
    <div className="stack-tight">
      {answer.kind === 'superseded' ? <p>{texts.superseded}</p> : <Verdict answer={answer} />}
      {answer.kind === 'superseded' ? null : (
        <Grounds rule={answer.rule} scores={answer.scores} currency={currency} />
      )}
      <ul className="stack-tight">
        {rows.map((row) => (
          <WhyRow key={`${row.statementId} ${row.rowNo}`} row={row} />
        ))}
      </ul>
    </div>
  );
}

function Verdict({ answer }: { answer: Exclude<Why, { kind: 'superseded' }> }) {
  const texts = useWhyTexts();
  const breakTexts = useBreakTexts();
  if (answer.kind === 'match')
    return (
      <p>
        <span className="tag good">{texts.matched}</span>
      </p>
    );
  return (
    <p>
      <span className="tag bad">
        {texts.broken} · {breakTexts.classes[answer.class]} · {wordOf(breakTexts.states, answer.state)}
      </span>{' '}
      <Link className="break-link" to={`/staff/finance/breaks/${answer.breakId}`}>
        {texts.openBreak}
      </Link>
    </p>
  );
}

function WhyRow({ row }: { row: Why['rows'][number] }) {
  const texts = useBreakTexts();
  const whyTexts = useWhyTexts();
  const { side, amountMinor, currency, status, bookedOn, ref, fileName, revision, line, raw, sha256 } = row;
  return (
    <li className="task">
      <p className="number">
        {texts.sides[side]} · {amountMinor === null ? '—' : formatMoney({ amountMinor, currency })} ·{' '}
        {texts.rowStatuses[status]}
      </p>
      <p className="weak small long-text">
        {[bookedOn, ref, fileName, texts.revision.replace('{n}', String(revision)), `${texts.line} ${line}`]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <details className="fold">
        <summary>{whyTexts.rows}</summary>
        <p className="small long-text number">{raw}</p>
        <p className="weak small long-text number">SHA-256 {sha256}</p>
      </details>
    </li>
  );
}

/** One press from a row to what became of it. */
export function WhyButton({ statementId, rowNo }: { statementId: string; rowNo: number }) {
  const texts = useWhyTexts();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? texts.hide : texts.why}
      </Button>
      {isOpen ? <WhyOfRow statementId={statementId} rowNo={rowNo} /> : null}
    </>
  );
}

function WhyOfRow({ statementId, rowNo }: { statementId: string; rowNo: number }) {
  const why = useQuery({
    queryKey: [CONSOLE_KEY, 'why', statementId, rowNo],
    queryFn: async ({ signal }) => {
      const params = { path: { statementId, rowNo } };
      const url = '/v1/reconciliation/statements/{statementId}/rows/{rowNo}/why';
      return bodyOf(await api.GET(url, { params, signal }));
    },
  });
  if (why.isPending) return <Waiting />;
  if (why.isError) return <ProblemNote error={why.error} onRetry={() => void why.refetch()} />;
  return <WhyAnswer answer={why.data} />;
}
