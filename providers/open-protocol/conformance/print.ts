import type { LocalText } from '../../../src/contract/index.ts';
import type { CheckResult, ConformanceReport } from './conformance.types.ts';

export type ReportLanguage = keyof LocalText;

const MARKS = { passed: '✓', failed: '✗', skipped: '–' } as const;
const WORDS = {
  expected: { 'zh-CN': '应为', en: 'expected' },
  got: { 'zh-CN': '实际', en: 'got' },
  advice: { 'zh-CN': '怎么办', en: 'what to do' },
  passed: { 'zh-CN': '通过', en: 'PASSED' },
  failed: { 'zh-CN': '未通过', en: 'NOT PASSED' },
  skipped: { 'zh-CN': '不适用', en: 'does not apply' },
} satisfies Record<string, LocalText>;

/** One check as lines of text: one when it passed, what to do as well when it did not. */
export function checkText(check: CheckResult, language: ReportLanguage): string {
  const { id, status, title, expected, got, advice } = check;
  const head = `${MARKS[status]} ${title[language]} [${id}]`;
  if (status === 'passed') return head;
  if (status === 'skipped') return `${head} ${WORDS.skipped[language]}`;
  return [
    head,
    `    ${WORDS.expected[language]}: ${expected[language]}`,
    `    ${WORDS.got[language]}: ${got}`,
    `    ${WORDS.advice[language]}: ${advice[language]}`,
  ].join('\n');
}

/** The last line of a report. */
export function summaryText(report: ConformanceReport, language: ReportLanguage): string {
  const count = (status: CheckResult['status']) =>
    report.checks.filter((check) => check.status === status).length;
  const verdict = WORDS[report.passed ? 'passed' : 'failed'][language];
  return `${verdict}: ${count('passed')} ✓, ${count('failed')} ✗, ${count('skipped')} – (${report.agencyId}, ${report.madeAt})`;
}
