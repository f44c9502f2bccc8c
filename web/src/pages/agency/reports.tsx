import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf } from '../../api/client.ts';
import type { LocalText } from '../../api/types.ts';
import { formatExactTime, local } from '../../format.ts';
import { TextArea } from '../../parts/field.tsx';
import { Note } from '../../parts/note.tsx';
import { useOnboarding } from './overview.tsx';
import { Action, CONSOLE_KEY, Panel } from './parts.tsx';
import { useTexts } from './texts.ts';

/** What a check that failed says, in a report of the open protocol's kit. */
interface FailedCheck {
  id: string;
  title: LocalText;
  expected: LocalText;
  got: string;
  advice: LocalText;
}

/** What testing the agency came to, and what to do about what failed. */
export function ConformanceReports({ agencyId }: { agencyId: string }) {
  const texts = useTexts();
  const stage = useOnboarding(agencyId).data?.stage;
  const path = { agencyId };
  const reports = useQuery({
    queryKey: [CONSOLE_KEY, 'reports', agencyId],
    queryFn: async ({ signal }) => {
      const got = await api.GET('/v1/onboardings/{agencyId}/conformance-reports', {
        params: { path },
        signal,
      });
      return bodyOf(got).items;
    },
    staleTime: 0,
  });
  return (
    <Panel title={texts.reports} query={reports}>
      {reports.data?.length === 0 ? <p>{texts.noReports}</p> : null}
      {stage === 'sandbox' || stage === 'conformancePassed' ? <RunTest agencyId={agencyId} /> : null}
      <ul className="stack">
        {reports.data?.map(({ reportId, passed, madeAt, report }) => (
          <li key={reportId} className="stack-tight task">
            <p>
              <strong className={passed ? 'good' : 'bad'}>{passed ? texts.passed : texts.failed}</strong>{' '}
              <span className="weak small">{formatExactTime(madeAt)}</span>
            </p>
            {failedChecks(report).map((check) => (
              <Note key={check.id} tone="bad" title={local(check.title)}>
                <p>{local(check.expected)}</p>
                <p className="long-text">{check.got}</p>
                <p>{local(check.advice)}</p>
              </Note>
            ))}
            <details>
              <summary>{texts.wholeReport}</summary>
              <pre className="console-report">{JSON.stringify(report, null, 2)}</pre>
            </details>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function RunTest({ agencyId }: { agencyId: string }) {
  const texts = useTexts();
  const [text, setText] = useState('{}');
  const testAccounts = objectOf(text);
  const params = { path: { agencyId } };
  return (
    <div className="stack-tight">
      <TextArea
        label={texts.testAccounts}
        hint={texts.testAccountsHint}
        error={testAccounts ? null : texts.notJson}
        value={text}
        onChange={setText}
        maxLength={20_000}
      />
      <Action
        label={texts.runTest}
        isDisabled={!testAccounts}
        run={() =>
          api.POST('/v1/onboardings/{agencyId}/conformance-reports', {
            params,
            body: { testAccounts: testAccounts ?? {} },
          })
        }
      />
    </div>
  );
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Kits of other kinds of connection have reports of their own shapes: those are shown whole. */
function failedChecks(report: unknown): FailedCheck[] {
  const checks = isObject(report) && Array.isArray(report.checks) ? report.checks : [];
  return checks.filter(
    (check): check is FailedCheck =>
      isObject(check) && check.status === 'failed' && isObject(check.title) && isObject(check.advice),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
