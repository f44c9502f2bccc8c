import { formatMinor } from '../kernel/money.ts';
import type { ImportSummary } from './bill-files.types.ts';
import type { ImportResult } from './import.service.ts';
import { LINE_PROBLEMS } from './line-problems.ts';
import type { LineProblem } from './lines.rules.ts';

const HEADINGS = {
  imported: '已导入 Imported',
  alreadyImported:
    '这个文件以前已经导入过，没有重复导入 This very file was imported before: nothing was changed',
  refused: '未导入，账目没有变化 Refused: nothing was changed',
} as const;

/** What became of a file, for the people at the agency. Holds nothing of what stands in the file. */
export function importReport({ kind, revision, currency }: ImportResult): string {
  const { summary, problems } = revision;
  const listed = problems.map(problemText);
  const left = summary.badLineCount - new Set(problems.map(({ line }) => line)).size;
  return [
    `${revision.fileName}: ${HEADINGS[kind]}`,
    `版本 Revision ${revision.revision} (${revision.revisionId}), SHA-256 ${revision.fileSha256}`,
    ...(revision.status === 'live' ? changesOf(summary, currency) : []),
    `有问题的行 ${summary.badLineCount}`,
    `Bad lines ${summary.badLineCount}`,
    ...listed,
    ...(left > 0 ? [`… 还有 and ${left} 行 more`] : []),
    '',
  ].join('\n');
}

function changesOf(summary: ImportSummary, currency: string): string[] {
  const amount = `${formatMinor(summary.amountMinor, currency)} ${currency}`;
  const { billCount, addedCount, changedCount, unchangedCount, repeatedCount } = summary;
  const { statedPaidCount, withdrawnCount, keptPaidCount } = summary;
  return [
    `账单 ${billCount} 笔，合计 ${amount}：新增 ${addedCount}，变更 ${changedCount}，未变 ${unchangedCount}`,
    `已缴（0 元）${statedPaidCount}，撤销 ${withdrawnCount}，已在平台缴清而保持不变 ${keptPaidCount}，重复的行（以最后一行为准）${repeatedCount}`,
    `${billCount} bills of ${amount} in all: new ${addedCount}, changed ${changedCount}, unchanged ${unchangedCount}`,
    `Paid (0) ${statedPaidCount}, withdrawn ${withdrawnCount}, paid here and left so ${keptPaidCount}, repeated lines (the last counts) ${repeatedCount}`,
  ];
}

/** One problem in a line of text: where, what, and what to do. */
export function problemText({ line, field, code, detail }: LineProblem): string {
  const place = line > 0 ? `第 ${line} 行 line ${line}` : '文件 file';
  const text = LINE_PROBLEMS[code];
  return `  ${place}${field && `, ${field}`}: ${text['zh-CN']} / ${text.en}${detail ? ` (${detail})` : ''} [${code}]`;
}
