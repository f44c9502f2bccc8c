import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import type { BillFilePreview, BillImport } from '../../api/types.ts';
import { formatExactTime, formatMoney, local } from '../../format.ts';
import { TextField } from '../../parts/field.tsx';
import { Note, ProblemNote } from '../../parts/note.tsx';
import { Action, CONSOLE_KEY, Panel } from './parts.tsx';
import { useTexts } from './texts.ts';

type LineProblem = BillFilePreview['problems'][number];
const PROBLEMS_SHOWN = 50;

/** Files of bills in, payment advice out; nothing for an agency that has a system of its own. */
export function BillFiles({ agencyId }: { agencyId: string }) {
  const texts = useTexts();
  const path = { agencyId };
  const files = useQuery({
    queryKey: [CONSOLE_KEY, 'files', agencyId],
    queryFn: async ({ signal }) =>
      bodyOf(await api.GET('/v1/agencies/{agencyId}/bill-files', { params: { path }, signal })).items,
    staleTime: 0,
    retry: false,
  });
  if (files.error instanceof ApiProblem && files.error.code === 'bill_book_not_found') return null;
  return (
    <Panel title={texts.files} query={files}>
      {files.isSuccess ? <Upload agencyId={agencyId} /> : null}
      {files.data?.length === 0 ? <p>{texts.noFiles}</p> : null}
      <ul className="stack">
        {files.data?.map(({ revisionId, fileName, status, beganAt, summary }) => (
          <li key={revisionId} className="task">
            <p className="long-text">
              <strong>{fileName}</strong> · {texts.fileStates[status]}
            </p>
            <p className="weak small">
              {formatExactTime(beganAt)} · {texts.bills} {summary.billCount} · {texts.badLines}{' '}
              {summary.badLineCount}
            </p>
          </li>
        ))}
      </ul>
      {files.isSuccess ? <Advice agencyId={agencyId} /> : null}
    </Panel>
  );
}

/** The file itself is the body, which the specification leaves to its description. */
const sentAsItIs = (file: File) => ({
  body: file as never,
  bodySerializer: (body: unknown) => body as BodyInit,
  headers: { 'content-type': 'application/octet-stream' },
});

function Upload({ agencyId }: { agencyId: string }) {
  const texts = useTexts();
  const [file, setFile] = useState<File | null>(null);
  const [result, setResult] = useState<BillImport | null>(null);
  const path = { agencyId };
  const preview = useMutation({
    mutationFn: async (chosen: File) => {
      const options = { params: { path }, ...sentAsItIs(chosen) };
      return bodyOf(await api.POST('/v1/agencies/{agencyId}/bill-files/previews', options));
    },
  });
  const choose = (chosen: File | null) => {
    setFile(chosen);
    setResult(null);
    preview.reset();
    if (chosen) preview.mutate(chosen);
  };
  const importFile = async (chosen: File) => {
    const params = { path, query: { fileName: chosen.name } };
    const options = { params, ...sentAsItIs(chosen) };
    setResult(bodyOf(await api.POST('/v1/agencies/{agencyId}/bill-files', options)));
  };
  return (
    <div className="stack-tight">
      <label className="field">
        <span className="field-label">{texts.chooseFile}</span>
        <input
          type="file"
          accept=".csv,.xls,.xlsx,.ods,.gz,.zip"
          onChange={(event) => choose(event.target.files?.[0] ?? null)}
        />
      </label>
      {preview.isError ? <ProblemNote error={preview.error} /> : null}
      {preview.data && !result ? <Preview agencyId={agencyId} preview={preview.data} /> : null}
      {file && preview.data && preview.data.bills.length > 0 && !result ? (
        <Action label={texts.import} isPrimary run={() => importFile(file)} />
      ) : null}
      {result ? <Result result={result} /> : null}
    </div>
  );
}

function Preview({ agencyId, preview }: { agencyId: string; preview: BillFilePreview }) {
  const texts = useTexts();
  const currency = useCurrency(agencyId);
  return (
    <div className="stack-tight">
      <h3>{texts.preview}</h3>
      <ul className="stack-tight">
        {preview.bills.map(({ line, maskedAccount, period, amountMinor }) => (
          <li key={line} className="number">
            {maskedAccount} · {period}
            {currency ? ` · ${formatMoney({ amountMinor, currency })}` : ''}
          </li>
        ))}
      </ul>
      <Problems problems={preview.problems} />
    </div>
  );
}

/** The currency of the version that is being worked on. */
function useCurrency(agencyId: string): string | null {
  const manifest = useQuery({
    queryKey: [CONSOLE_KEY, 'manifest', agencyId],
    queryFn: async ({ signal }) => {
      const { version } = bodyOf(
        await api.GET('/v1/onboardings/{agencyId}', { params: { path: { agencyId } }, signal }),
      );
      const params = { path: { agencyId, version } };
      const got = await api.GET('/v1/onboardings/{agencyId}/versions/{version}', { params, signal });
      return bodyOf(got).manifest;
    },
  });
  const currency = manifest.data?.currency;
  return typeof currency === 'string' ? currency : null;
}

function Result({ result: { outcome, revision } }: { result: BillImport }) {
  const texts = useTexts();
  const { lineCount, billCount, badLineCount } = revision.summary;
  return (
    <Note tone={outcome === 'refused' ? 'bad' : 'good'} title={texts[outcome]} isAlert>
      <p>
        {texts.lines} {lineCount} · {texts.bills} {billCount} · {texts.badLines} {badLineCount}
      </p>
      <Problems problems={revision.problems} />
    </Note>
  );
}

function Problems({ problems }: { problems: readonly LineProblem[] }) {
  const texts = useTexts();
  return (
    <ul className="stack-tight">
      {problems.slice(0, PROBLEMS_SHOWN).map(({ line, field, code, text }) => (
        <li key={`${line} ${field} ${code}`} className="bad">
          {line > 0 ? `${texts.line} ${line} · ` : ''}
          {field} {local(text)}
        </li>
      ))}
    </ul>
  );
}

function Advice({ agencyId }: { agencyId: string }) {
  const texts = useTexts();
  const [date, setDate] = useState('');
  return (
    <div className="stack-tight">
      <TextField label={texts.adviceDate} type="date" value={date} onChange={setDate} />
      {date ? (
        <a className="button-link" href={`/v1/agencies/${agencyId}/payment-advice/${date}`} download>
          {texts.download}
        </a>
      ) : null}
    </div>
  );
}
