import { useTranslation } from 'react-i18next';

const zhCN = {
  title: '对账单与检查',
  theirs: '对方文件',
  ours: '我方账面',
  none: '还没有对账单。',
  revision: '第 {{revision}} 版 · {{rows}} 行',
  statuses: { accepted: '已接收', stopped: '已拦下，等待决定', refused: '已拒绝' },
  emptyDay: '对方确认当天没有交易',
  fetched: '系统获取',
  uploaded: '由 {{person}} 上传',
  decided: '{{person}} 于 {{time}} 决定：{{reason}}',
  line: '第 {{line}} 行',
  notWaivable: '文件不完整，不能放行：请对方重新提供后上传。',
  reason: '理由（会留存）',
  accept: '放行',
  refuse: '拒绝',
  chooseFile: '上传对方的文件（新的内容成为新的一版）',
  upload: '上传',
  outcomes: {
    accepted: '已接收。',
    stopped: '已拦下，请看检查结果。',
    seenBefore: '同样的内容已经收过，没有变化。',
  },
};

export type StatementTexts = typeof zhCN;

const en: StatementTexts = {
  title: 'Statements and gates',
  theirs: 'Their file',
  ours: 'Our books',
  none: 'There is no statement yet.',
  revision: 'Revision {{revision}} · {{rows}} {{rows:row|rows}}',
  statuses: { accepted: 'Taken in', stopped: 'Stopped: waits for a decision', refused: 'Refused' },
  emptyDay: 'They confirm that nothing happened',
  fetched: 'Fetched',
  uploaded: 'Uploaded by {{person}}',
  decided: '{{person}} decided at {{time}}: {{reason}}',
  line: 'Line {{line}}',
  notWaivable: 'The file is not whole, and nobody can let it in: ask for it again, and upload it.',
  reason: 'Reason (it is kept)',
  accept: 'Let it in',
  refuse: 'Refuse it',
  chooseFile: 'Upload their file (new content becomes a new revision)',
  upload: 'Upload',
  outcomes: {
    accepted: 'Taken in.',
    stopped: 'Stopped: see what the gates found.',
    seenBefore: 'The same content is here already; nothing has changed.',
  },
};

/** The words of statements in the language that is read. */
export function useStatementTexts(): StatementTexts {
  return useTranslation().i18n.language === 'en' ? en : zhCN;
}
