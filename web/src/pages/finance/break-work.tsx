import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, newIdempotencyKey } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import type { BreakDetail } from '../../api/types.ts';
import { formatBytes, formatTime } from '../../format.ts';
import { TextArea } from '../../parts/field.tsx';
import { ProblemNote } from '../../parts/note.tsx';
import { Action, CONSOLE_KEY, Panel } from '../agency/parts.tsx';
import { BreakAssign } from './break-assign.tsx';
import { useNames } from './names.tsx';
import { useBreakTexts } from './texts-breaks.ts';

/** Whose a break is, what people noted and attached, and opening it again. */
export function BreakWork({ found, isFinance }: { found: BreakDetail; isFinance: boolean }) {
  const texts = useBreakTexts();
  const names = useNames();
  return (
    <Panel title={texts.evidence}>
      <ul className="stack-tight">
        {found.evidence.map(({ evidenceId, fileName, sizeBytes, sha256, attachedAt, attachedBy }) => (
          <li key={evidenceId} className="long-text">
            <a
              className="break-link"
              href={`/v1/reconciliation/breaks/${found.breakId}/evidence/${evidenceId}`}
            >
              {fileName}
            </a>
            <p className="weak small number long-text">
              {formatBytes(sizeBytes)} · {names.person(attachedBy)} · {formatTime(attachedAt)} · SHA-256{' '}
              {sha256}
            </p>
          </li>
        ))}
      </ul>
      {isFinance ? <Attach breakId={found.breakId} /> : null}
      {isFinance && found.state !== 'closed' ? (
        <BreakAssign key={found.owner} selection={{ breakIds: [found.breakId] }} owner={found.owner} />
      ) : null}
      {isFinance ? <Comment found={found} /> : null}
    </Panel>
  );
}

function Attach({ breakId }: { breakId: string }) {
  const texts = useBreakTexts();
  const attached = useMutation({
    mutationFn: async (file: File) =>
      api.POST('/v1/reconciliation/breaks/{breakId}/evidence', {
        params: { path: { breakId }, query: { fileName: file.name } },
        body: file as never,
        bodySerializer: (body: unknown) => body as BodyInit,
        headers: { 'content-type': 'application/octet-stream' },
      }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [CONSOLE_KEY] }),
  });
  return (
    <>
      <label className="field">
        <span className="field-label">{texts.attach}</span>
        <input
          type="file"
          onChange={({ target }) => {
            const file = target.files?.[0];
            if (file) attached.mutate(file);
          }}
        />
      </label>
      {attached.isError ? <ProblemNote error={attached.error} /> : null}
    </>
  );
}

function Comment({ found }: { found: BreakDetail }) {
  const texts = useBreakTexts();
  const [text, setText] = useState('');
  const params = { path: { breakId: found.breakId } };
  const isTooShort = text.trim().length < 3;
  return (
    <>
      <TextArea label={texts.comment} value={text} onChange={setText} maxLength={1_000} />
      <Action
        label={texts.addComment}
        isDisabled={isTooShort}
        onDone={() => setText('')}
        run={() => {
          const header = { 'Idempotency-Key': newIdempotencyKey() };
          return api.POST('/v1/reconciliation/breaks/{breakId}/comments', {
            params: { ...params, header },
            body: { text },
          });
        }}
      />
      {found.state === 'closed' && found.how === 'resolved' ? (
        <Action
          label={texts.reopen}
          isForGood
          isDisabled={isTooShort}
          onDone={() => setText('')}
          run={() => {
            const body = { reason: text };
            return api.POST('/v1/reconciliation/breaks/{breakId}/reopen', { params, body });
          }}
        />
      ) : null}
    </>
  );
}
