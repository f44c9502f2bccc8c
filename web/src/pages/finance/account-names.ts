import { useTranslation } from 'react-i18next';
import { useNames } from './names.tsx';

/** By the part of a code before its slash, in the order of a trial balance; the same names as in docs/finance.md. */
const ACCOUNTS: Readonly<Record<string, { zhCN: string; en: string }>> = {
  bank: { zhCN: '银行存款', en: 'Cash at bank' },
  channel_clearing: { zhCN: '渠道应收（在途）', en: 'Channel clearing' },
  agency_fees_receivable: { zhCN: '应收机构手续费', en: 'Fees receivable from agencies' },
  funds_in_transit: { zhCN: '待销账款', en: 'Funds in transit' },
  agency_payable: { zhCN: '应付缴费单位', en: 'Agency payable' },
  agency_unassigned: { zhCN: '应付待分清单位', en: 'Payable to agencies not yet known' },
  payouts_pending: { zhCN: '付款待回执', en: 'Payouts pending' },
  suspense: { zhCN: '挂账', en: 'Suspense' },
  refunds_payable: { zhCN: '应退款', en: 'Refunds payable' },
  channel_fees_payable: { zhCN: '应付渠道手续费', en: 'Channel fees payable' },
  fee_income: { zhCN: '手续费收入', en: 'Fee income' },
  channel_fee_expense: { zhCN: '渠道手续费支出', en: 'Channel fees' },
  fee_differences: { zhCN: '手续费差异', en: 'Fee differences' },
  write_offs: { zhCN: '核销', en: 'Write-offs' },
};
const ORDER = Object.keys(ACCOUNTS);
/** Their sub-accounts are agencies; all others have sources. */
const OF_AGENCIES = ['agency_payable', 'agency_fees_receivable'];

/** `agency_payable/guangzhou-power` as 应付缴费单位 · 广州供电局; a code that nobody has named as it is. */
export function useAccountName(codes: readonly string[]): (code: string) => string {
  const isEnglish = useTranslation().i18n.language === 'en';
  const names = useNames(codes.flatMap(agencyIn));
  return (code) => {
    const [head = '', id] = code.split('/', 2);
    const account = ACCOUNTS[head];
    if (!account) return code;
    const name = isEnglish ? account.en : account.zhCN;
    if (id === undefined) return name;
    return `${name} · ${OF_AGENCIES.includes(head) ? names.agency(id) : names.source(id)}`;
  };
}

/** The agency whose sub-account it is. */
function agencyIn(code: string): string[] {
  const [head = '', id] = code.split('/', 2);
  return id !== undefined && OF_AGENCIES.includes(head) ? [id] : [];
}

/** Assets first, then what is owed, earned and spent; of one kind by code. */
export function compareAccounts(a: string, b: string): number {
  const at = (code: string) => {
    const index = ORDER.indexOf(code.split('/', 1)[0] ?? '');
    return index < 0 ? ORDER.length : index;
  };
  return at(a) - at(b) || (a < b ? -1 : a > b ? 1 : 0);
}
