import { formatMoney } from '../../format.ts';
import { compareAccounts, useAccountName } from './account-names.ts';
import { useBreakTexts } from './texts-breaks.ts';

interface EntriesProps {
  entries: readonly { account: string; debitMinor: number; creditMinor: number }[];
  currency: string;
  isBooked?: boolean;
}

/** What is booked, as an accountant writes it. */
export function Entries({ entries, currency, isBooked = false }: EntriesProps) {
  const texts = useBreakTexts();
  const nameOf = useAccountName(entries.map(({ account }) => account));
  if (entries.length === 0) return <p>{texts.nothingBooked}</p>;
  const shown = (amountMinor: number) => (amountMinor === 0 ? '' : formatMoney({ amountMinor, currency }));
  return (
    <div className="finance-table">
      <table>
        <caption>{isBooked ? texts.booked : texts.willBook}</caption>
        <thead>
          <tr>
            <th scope="col">{texts.account}</th>
            <th scope="col" className="number">
              {texts.debit}
            </th>
            <th scope="col" className="number">
              {texts.credit}
            </th>
          </tr>
        </thead>
        <tbody>
          {[...entries]
            .sort((a, b) => compareAccounts(a.account, b.account))
            .map(({ account, debitMinor, creditMinor }) => (
              <tr key={account}>
                <th scope="row">
                  {nameOf(account)}
                  <br />
                  <span className="weak small long-text">{account}</span>
                </th>
                <td className="number">{shown(debitMinor)}</td>
                <td className="number">{shown(creditMinor)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
