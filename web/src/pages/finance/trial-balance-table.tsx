import type { MonthAccount } from '../../api/types.ts';
import { formatMoney } from '../../format.ts';
import { compareAccounts, useAccountName } from './account-names.ts';
import { useSettlementTexts } from './texts-settlement.ts';
import { type Columns, columnsOf, sumOf } from './trial-balance.rules.ts';

const COLUMNS = [
  ['opening', 'debit'],
  ['opening', 'credit'],
  ['turnover', 'debit'],
  ['turnover', 'credit'],
  ['closing', 'debit'],
  ['closing', 'credit'],
] as const;

interface TrialBalanceTableProps {
  month: string;
  currency: string;
  accounts: readonly MonthAccount[];
}

/** A trial balance as accountants write it: opening, turnover and closing, each with debit and credit, and what they come to. */
export function TrialBalanceTable({ month, currency, accounts }: TrialBalanceTableProps) {
  const texts = useSettlementTexts();
  const nameOf = useAccountName(accounts.map(({ accountCode }) => accountCode));
  const ordered = [...accounts].sort((a, b) => compareAccounts(a.accountCode, b.accountCode));
  const total = sumOf(accounts.map(columnsOf));
  return (
    <div className="finance-table finance-balance">
      <table>
        <caption>{currency}</caption>
        <thead>
          <tr>
            <th scope="col" rowSpan={2}>
              {texts.account}
            </th>
            {(['opening', 'turnover', 'closing'] as const).map((group) => (
              <th key={group} scope="colgroup" colSpan={2}>
                {texts[group]}
              </th>
            ))}
          </tr>
          <tr>
            {COLUMNS.map(([group, side]) => (
              <th key={`${group} ${side}`} scope="col" className="number">
                {texts[side]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ordered.map((account) => (
            <tr key={account.accountCode}>
              <th scope="row">
                {nameOf(account.accountCode)}
                <br />
                <a
                  className="small long-text break-link"
                  href={`/v1/ledger/months/${month}/account-sheet?account=${encodeURIComponent(account.accountCode)}`}
                  download
                >
                  {texts.sheet} {account.accountCode}
                </a>
              </th>
              <Cells columns={columnsOf(account)} currency={currency} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{texts.sum}</th>
            <Cells columns={total} currency={currency} />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Cells({ columns, currency }: { columns: Columns; currency: string }) {
  const texts = useSettlementTexts();
  return COLUMNS.map(([group, side]) => {
    const amountMinor = columns[group][side];
    return (
      // On a phone each cell is a line of its own, which says what it is.
      <td
        key={`${group} ${side}`}
        className={amountMinor === 0 ? 'number finance-nothing' : 'number'}
        data-label={`${texts[group]} · ${texts[side]}`}
      >
        {amountMinor === 0 ? '' : formatMoney({ amountMinor, currency })}
      </td>
    );
  });
}
