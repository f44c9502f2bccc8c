import type { z } from 'zod';
import type { statementSchema } from '../../http/statements.schemas.ts';
import { formatMinor } from '../../kernel/money.ts';
import type { PersonName } from './break-words.ts';
import { countOf } from './counts.ts';
import { chinaMinute } from './dates.ts';

type ShownStatement = z.input<typeof statementSchema>;
type Account = ShownStatement['accounts'][number];

const SIDES = { ours: 'our books', theirs: 'their file' };
const PROOFS: Readonly<Record<Account['balanceProof'], string>> = {
  proved: 'opening and movements come to the closing balance',
  failed: 'opening and movements do not come to the closing balance',
  notPossible: 'no two balances to prove it by',
};

/** One statement in a line: whose, of when, how it stands, and what it comes to. */
export function statementLine(statement: ShownStatement): string {
  const { statementId, businessDate, sourceId, side, revision, status, rowCount, sums, fileName } = statement;
  const found = statement.findings.length > 0 ? ' with findings' : '';
  const total = sums.map(({ currency, amountMinor }) => `${formatMinor(amountMinor, currency)} ${currency}`);
  const what = [countOf(rowCount, 'row'), ...total, ...(fileName === '' ? [] : [fileName])].join(', ');
  return `${statementId}  ${businessDate}  ${sourceId}  ${SIDES[side]} ${revision}  ${status}${found}: ${what}`;
}

/** Everything about one statement: what it says of itself, what its gates found, who decided, and what can be done. */
export function statementText(statement: ShownStatement, nameOf: PersonName): string {
  const { format, fileSha256, receivedBy, receivedAt, decidedBy, decisionReason, findings } = statement;
  const from = receivedBy === null ? '' : ` from ${nameOf(receivedBy)}`;
  return [
    statementLine(statement),
    `  ${format ?? 'no file'}, ${chinaMinute(Date.parse(receivedAt))}${from}; SHA-256 ${fileSha256}`,
    ...statement.accounts.map((account) => `  ${accountText(account)}`),
    ...findings.map(({ gate, code, severity, line, text, detail }) => {
      const place = line === 0 ? '' : `, line ${line}`;
      return `  ${severity === 'stop' ? 'stopped by' : 'warning of'} ${gate} (${code}${place}): ${text.en}; ${detail}`;
    }),
    ...(decidedBy === null ? [] : [`  ${statement.status} by ${nameOf(decidedBy)}: ${decisionReason}`]),
    ...(statement.status === 'stopped' ? [`  ${nextStep(statement)}`] : []),
  ].join('\n');
}

function accountText({ account, currency, ...of }: Account): string {
  const amount = (minor: number | null) =>
    minor === null ? 'none' : currency === null ? String(minor) : formatMinor(minor, currency);
  const sums = `opening ${amount(of.openingMinor)}, credits ${amount(of.creditMinor)}, debits ${amount(of.debitMinor)}, closing ${amount(of.closingMinor)}`;
  return `account ${account ?? 'without a number'} ${currency ?? ''}: ${sums}; ${PROOFS[of.balanceProof]}`;
}

function nextStep({ statementId, findings }: ShownStatement): string {
  return findings.every(({ severity, isWaivable }) => severity !== 'stop' || isWaivable)
    ? `Another person decides: civicpay statement decide ${statementId} --decision accept|refuse --reason … --as …`
    : 'It is not whole, and nobody can let it in: import the file as it should be.';
}
