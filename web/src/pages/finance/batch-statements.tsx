import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, bodyOf } from '../../api/client.ts';
import type { Statement } from '../../api/types.ts';
import { formatExactTime } from '../../format.ts';
import { TextField } from '../../parts/field.tsx';
import { Action, CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { useNames } from './names.tsx';
import { filled } from './texts-days.ts';
import { useStatementTexts } from './texts-statements.ts';

interface BatchStatementsProps {
  sourceId: string;
  businessDate: string;
  /** Read anew when it changes. */
  updatedAt: string;
  isFinance: boolean;
}

/** What both sides said of a batch, with every revision, what the gates found, and what a person may do about it. */
export function BatchStatements({ sourceId, businessDate, updatedAt, isFinance }: BatchStatementsProps) {
  const texts = useStatementTexts();
  const statements = useQuery({
    queryKey: [CONSOLE_KEY, 'statements', sourceId, businessDate, updatedAt],
    queryFn: async ({ signal }) => {
      const params = { query: { sourceId, businessDate, limit: 100 } };
      return bodyOf(await api.GET('/v1/reconciliation/statements', { params, signal })).items;
    },
    placeholderData: (before) => before,
  });
  return (
    <Panel title={texts.title} query={statements}>
      {statements.data?.length === 0 ? <p>{texts.none}</p> : null}
      {statements.data?.map((statement) => (
        <OneStatement key={statement.statementId} statement={statement} isFinance={isFinance} />
      ))}
      {isFinance ? <Upload sourceId={sourceId} businessDate={businessDate} /> : null}
    </Panel>
  );
}

function OneStatement({ statement, isFinance }: { statement: Statement; isFinance: boolean }) {
  const texts = useStatementTexts();
  const { i18n } = useTranslation();
  const names = useNames();
  const { side, status, revision, rowCount, fileName, format, findings, receivedBy } = statement;
  const isOurs = side === 'ours';
  const origin =
    receivedBy === null ? texts.fetched : filled(texts.uploaded, { person: names.person(receivedBy) });
  const { decidedBy: person, decidedAt } = statement;
  return (
    <div className="stack-tight">
      <h3>
        {texts[side]} · {filled(texts.revision, { revision, rows: rowCount })} · {texts.statuses[status]}
      </h3>
      {isOurs ? null : (
        <p className="small long-text">
          {format === null && rowCount === 0 ? texts.emptyDay : `${fileName} · ${origin}`}
        </p>
      )}
      {findings.length > 0 ? (
        <ul className="small">
          {findings.map(({ gate, code, line, text, detail }) => (
            <li key={`${gate} ${code} ${line} ${detail}`}>
              {line > 0 ? `${filled(texts.line, { line })} · ` : ''}
              {i18n.language === 'en' ? text.en : text['zh-CN']}
              <span className="weak long-text"> ({detail})</span>
            </li>
          ))}
        </ul>
      ) : null}
      {person && decidedAt ? (
        <p className="small">
          {filled(texts.decided, {
            person: names.person(person),
            time: formatExactTime(decidedAt),
            reason: statement.decisionReason ?? '',
          })}
        </p>
      ) : null}
      {status === 'stopped' && isFinance ? <Decision statement={statement} /> : null}
    </div>
  );
}

function Decision({ statement: { statementId, findings } }: { statement: Statement }) {
  const texts = useStatementTexts();
  const [reason, setReason] = useState('');
  const isWaivable = findings.every(({ severity, isWaivable: may }) => severity !== 'stop' || may);
  const decide = (accept: boolean) =>
    api.POST('/v1/reconciliation/statements/{statementId}/decision', {
      params: { path: { statementId } },
      body: { accept, reason },
    });
  const isDisabled = reason.trim().length < 3;
  return (
    <div className="stack-tight">
      {isWaivable ? null : <p>{texts.notWaivable}</p>}
      <TextField label={texts.reason} value={reason} onChange={setReason} maxLength={500} />
      <div className="console-actions">
        {isWaivable ? (
          <Action label={texts.accept} isForGood isDisabled={isDisabled} run={() => decide(true)} />
        ) : null}
        <Action label={texts.refuse} isForGood isDisabled={isDisabled} run={() => decide(false)} />
      </div>
    </div>
  );
}

function Upload({ sourceId, businessDate }: { sourceId: string; businessDate: string }) {
  const texts = useStatementTexts();
  const [file, setFile] = useState<File | null>(null);
  const [outcome, setOutcome] = useState<keyof typeof texts.outcomes | null>(null);
  const upload = async (chosen: File) => {
    const url = '/v1/reconciliation/sources/{sourceId}/dates/{businessDate}/statements';
    const answer = await api.POST(url, {
      params: { path: { sourceId, businessDate }, query: { fileName: chosen.name } },
      body: chosen as never,
      bodySerializer: (body: unknown) => body as BodyInit,
      headers: { 'content-type': 'application/octet-stream' },
    });
    setOutcome(bodyOf(answer).outcome);
    setFile(null);
  };
  return (
    <div className="stack-tight">
      <label className="field">
        <span className="field-label">{texts.chooseFile}</span>
        <input type="file" onChange={(event) => setFile(event.target.files?.[0] ?? null)} />
      </label>
      {file ? <Action label={texts.upload} isPrimary run={() => upload(file)} /> : null}
      {outcome ? <p role="status">{texts.outcomes[outcome]}</p> : null}
    </div>
  );
}
