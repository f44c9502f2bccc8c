import type { BreakDigest } from '../reconciliation/index.ts';
import type { Language } from './problem-catalogue.ts';

type Sum = BreakDigest['open'][number];

const amountOf = ({ amountMinor, currency }: Pick<Sum, 'amountMinor' | 'currency'>) =>
  `${new Intl.NumberFormat('en', { minimumFractionDigits: 2 }).format(amountMinor / 100)} ${currency}`;

const SEVERITY_WORDS = {
  'zh-CN': { critical: '特急', high: '高', medium: '中', low: '低' },
  en: { critical: 'critical', high: 'high', medium: 'medium', low: 'low' },
} as const;

/** The digest in words, line by line, for a message or a terminal. */
export function digestText(digest: BreakDigest, language: Language): string {
  const isChinese = language === 'zh-CN';
  const sum = (one: Sum) =>
    isChinese
      ? `${one.count} 笔，${amountOf(one)}，逾期 ${one.overdueCount} 笔`
      : `${one.count}, ${amountOf(one)}, ${one.overdueCount} overdue`;
  const list = (title: string, rows: readonly string[]) =>
    rows.length > 0 ? [title, ...rows.map((row) => `  ${row}`)] : [];
  const at = new Date(digest.atMs).toISOString();
  const open = digest.open.map(sum);
  const none = isChinese ? '没有未处理的差错' : 'No break is open';
  const lines = isChinese
    ? [
        `对账差错日报 ${at}`,
        ...list('未处理', open.length > 0 ? open : [none]),
        `待复核 ${digest.waitingForSecondPerson} 笔，待人工 ${digest.waitingForPerson} 笔，无人负责 ${digest.withoutOwner} 笔`,
        `近 24 小时：新增 ${digest.openedInDay} 笔，结清 ${digest.closedInDay} 笔`,
      ]
    : [
        `Breaks of reconciliation, ${at}`,
        ...list('Open', open.length > 0 ? open : [none]),
        `${digest.waitingForSecondPerson} wait for a second person, ${digest.waitingForPerson} for a person, ${digest.withoutOwner} have no owner`,
        `Last 24 hours: ${digest.openedInDay} found, ${digest.closedInDay} closed`,
      ];
  const words = SEVERITY_WORDS[language];
  return [
    ...lines,
    ...list(
      isChinese ? '按等级' : 'By severity',
      digest.bySeverity.map((one) => `${words[one.severity]}: ${sum(one)}`),
    ),
    ...list(
      isChinese ? '按账龄（天）' : 'By age (days)',
      digest.byAge.map((one) => `${one.age}: ${sum(one)}`),
    ),
    ...list(
      isChinese ? '按来源' : 'By source',
      digest.bySource.map((one) => {
        const suspense = amountOf({ amountMinor: one.suspenseMinor, currency: one.currency });
        return `${one.sourceId}: ${sum(one)}${isChinese ? `，挂账余额 ${suspense}` : `, suspense ${suspense}`}`;
      }),
    ),
    '',
  ].join('\n');
}
