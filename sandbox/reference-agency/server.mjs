// An agency of the civicpay open protocol v1: copy this folder, and replace billing.mjs by your system.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { openBilling } from './billing.mjs';
import { openBooks } from './books.mjs';
import { digestOf, faultOf, signedHeaders } from './signatures.mjs';

const no = (outcome, code) => ({ outcome, reason: { code } });
const now = () => Date.now();

/** `data` is what billing.mjs reads; `books` is only appended to. Resolves with the server, listening. */
export function startAgency({ port, data, books: booksFile, keyId, privateKey, civicpayKeys }) {
  const books = openBooks(booksFile);

  function answerTo(path, ask, digest) {
    const entry = { path, ask, digest, atMs: now(), keys: [] };
    const earlier = books.entries.get(ask.originalReference ?? ask.reference);
    if (path === '/payments/query') return earlier?.answer ?? no('notAttempted', 'reference_not_known');
    const billing = openBilling(data, ask.agencyCode);
    if (path === '/statements/query') return statement(ask, billing);
    const isNew = !books.entries.has(ask.reference);
    if (isNew && !billing.isOpen(entry.atMs)) {
      return no(path.startsWith('/payments') ? 'notAttempted' : 'closedNow', 'outside_service_hours');
    }
    if (path === '/payments') return pay(entry, billing);
    if (path === '/payments/reverse' || path === '/payments/refund') return undo(entry, earlier, billing);
    return look(entry, billing);
  }

  function statement({ businessDate, interim }, { businessDateOf }) {
    if (businessDateOf(now()) <= businessDate && !interim) return { outcome: 'notReady' };
    return books.statementOf(businessDate, businessDateOf) ?? { outcome: 'emptyDay' };
  }

  function look({ path, ask, atMs }, billing) {
    const account = billing.accountOf(ask);
    if (!account) return { outcome: 'noSuchAccount' };
    const said = { holder: account.holder, account: billing.accountIdOf(ask), queryReference: randomUUID() };
    if (path === '/accounts/validate') return { outcome: 'valid', ...said };
    if (path === '/plans/query') return { outcome: 'plans', plans: billing.plans, ...said };
    const bills = billing
      .payableOn(account, atMs)
      .filter(({ billId }) => !books.paid.has(billing.keyOf(billId)));
    return bills.length > 0 ? { outcome: 'due', bills, ...said } : { outcome: 'nothingDue', ...said };
  }

  function pay(entry, billing) {
    const keys = billing.keysOf(entry.ask);
    const isPaid = keys.some((key) => books.paid.has(key));
    return once({ ...entry, keys }, billing.whyNot(entry.ask, isPaid), 'postedAt');
  }

  function undo(entry, earlier, billing) {
    const { path, ask, atMs } = entry;
    const isPosted =
      earlier?.path === '/payments' && earlier.answer.outcome === 'accepted' && !earlier.undoneBy;
    const isSame = earlier?.ask.amount.amountMinor === ask.amount.amountMinor;
    const isToday = billing.businessDateOf(earlier?.atMs ?? 0) === billing.businessDateOf(atMs);
    const mayUndo = isPosted && isSame && (isToday || path === '/payments/refund');
    return once({ ...entry, keys: earlier?.keys ?? [] }, mayUndo ? null : 'refused_by_agency', 'undoneAt');
  }

  /** Once per reference: the same request gets the same answer, another one `duplicate`. */
  function once(entry, why, momentName) {
    const { reference, amount } = entry.ask;
    const known = books.entries.get(reference);
    if (known) return known.digest === entry.digest ? known.answer : { outcome: 'duplicate' };
    const accepted = { outcome: 'accepted', reference, agencyReference: randomUUID(), amount };
    const answer = why
      ? no('rejected', why)
      : { ...accepted, [momentName]: new Date(entry.atMs).toISOString() };
    books.append({ ...entry, answer }); // on disk before anybody is told
    return answer;
  }

  return listen(port, answerTo, { keyId, privateKey }, civicpayKeys);
}

function listen(port, answerTo, ownKey, civicpayKeys) {
  async function reply(request, response) {
    const body = Buffer.concat(await request.toArray());
    const fault = faultOf(request, body, civicpayKeys);
    const answer = fault ? { fault } : answerTo(request.url, JSON.parse(body), digestOf(body));
    const isFile = typeof answer === 'string';
    const [type, text] = isFile ? ['text/csv', answer] : ['application/json', JSON.stringify(answer)];
    const status = fault ? 401 : 200;
    response.writeHead(status, signedHeaders(status, type, text, request.headers, ownKey)).end(text);
  }
  // Whatever goes wrong goes unanswered: they then ask by reference.
  const server = createServer((request, response) =>
    reply(request, response).catch(() => response.destroy()),
  );
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

if (process.argv[2]?.endsWith('.json')) startAgency(JSON.parse(readFileSync(process.argv[2], 'utf8')));
