import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { formatMinor } from '../../kernel/money.ts';
import { ApiClient, ApiError } from './api-client.ts';
import { confirmAtBank } from './bank-page.ts';

/** One step of the journey; resolves with a few words about what came of it. */
interface JourneyStep {
  title: string;
  run(): Promise<string>;
}

const FINAL_TIMEOUT_MS = 120_000;
const CODE_TIMEOUT_MS = 75_000;
const POLL_MS = 200;

const money = z.object({ amountMinor: z.int(), currency: z.string().length(3) });
const signedIn = z.object({ user: z.object({ displayName: z.string() }), csrfToken: z.string() });
const payment = z.object({
  paymentId: z.string(),
  status: z.string(),
  final: z.boolean(),
  amount: money,
  confirmUrl: z.string().nullable(),
  reason: z.object({ code: z.string() }).nullable(),
});
const billQuery = z.object({
  outcome: z.string(),
  queryId: z.string().nullable(),
  bills: z.array(
    z.object({ billId: z.string(), amountDue: money, inFlightPaymentId: z.string().nullable() }),
  ),
});
const receipt = z.object({ receiptId: z.string(), verificationCode: z.string(), amount: money });
const trialBalance = z.object({
  balanced: z.boolean(),
  currencies: z.array(z.object({ currency: z.string(), differenceMinor: z.string() })),
});

type Payment = z.output<typeof payment>;
type BillQuery = z.output<typeof billQuery>;

/** From signing in to a verified receipt and balanced books; each step builds on those before. */
export function createJourney(url: string, accountNumber: string): JourneyStep[] {
  const resident = new ApiClient(url);
  let savedAccountId = '';
  let query: BillQuery | undefined;
  let paid: Payment | undefined;
  let proof: z.output<typeof receipt> | undefined;
  return [
    { title: 'the server is ready', run: () => checkReady(resident) },
    { title: 'sign in by code', run: () => signIn(resident) },
    {
      title: 'add the account',
      run: async () => {
        savedAccountId = await addAccount(resident, accountNumber);
        return savedAccountId;
      },
    },
    { title: 'a bill is issued', run: () => issueBill(resident, accountNumber) },
    {
      title: 'query the bills',
      run: async () => {
        query = await queryBills(resident, savedAccountId);
        return `${query.bills.length} due`;
      },
    },
    {
      title: 'order the payment',
      run: async () => {
        paid = await orderPayment(resident, known(query));
        return `${paid.paymentId}, ${formatMinor(paid.amount.amountMinor, paid.amount.currency)} ${paid.amount.currency}`;
      },
    },
    {
      title: 'confirm at the bank',
      run: async () => {
        const ordered = await untilPayment(resident, known(paid).paymentId, (now) => now.confirmUrl !== null);
        return confirmAtBank(ordered.confirmUrl ?? '');
      },
    },
    {
      title: 'posted by the agency',
      run: async () => {
        const end = await untilPayment(resident, known(paid).paymentId, () => false);
        if (end.status !== 'posted') {
          throw new ApiError(`the payment ended as ${end.status}`, end.reason?.code ?? null, null);
        }
        return end.status;
      },
    },
    {
      title: 'get the receipt',
      run: async () => {
        proof = await getReceipt(resident, known(paid).paymentId);
        return proof.receiptId;
      },
    },
    { title: 'anyone verifies it', run: () => verify(new ApiClient(url), known(proof)) },
    { title: 'the trial balance is zero', run: () => checkTrialBalance(new ApiClient(url)) },
  ];
}

async function checkReady(client: ApiClient): Promise<string> {
  const { checks } = await client.call({
    path: '/readyz',
    schema: z.object({ ready: z.literal(true), checks: z.record(z.string(), z.unknown()) }),
  });
  return Object.keys(checks).join(', ');
}

/** As somebody new, so that the walk may be repeated: a phone gets only so many codes an hour. */
async function signIn(client: ApiClient): Promise<string> {
  const phone = `199${String(randomInt(10 ** 8)).padStart(8, '0')}`;
  const { challengeId } = await client.call({
    method: 'POST',
    path: '/v1/sign-in/codes',
    body: { phone },
    schema: z.object({ challengeId: z.string() }),
  });
  const { items } = await client.call({
    path: '/v1/demo/sms-messages',
    schema: z.object({ items: z.array(z.object({ phone: z.string(), text: z.string() })) }),
  });
  const message = items.find((item) => item.phone.replace(/\D/g, '').endsWith(phone));
  const code = /\d{6}/.exec(message?.text ?? '')?.[0];
  if (!code) throw new Error('the demo inbox holds no code for this phone');
  const session = await client.call({
    method: 'POST',
    path: '/v1/sign-in/sessions',
    body: { challengeId, code },
    schema: signedIn,
  });
  client.csrfToken = session.csrfToken;
  return session.user.displayName;
}

async function addAccount(client: ApiClient, accountNumber: string): Promise<string> {
  const { items } = await client.call({
    path: '/v1/agencies?category=electricity&limit=1',
    schema: z.object({ items: z.array(z.object({ agencyId: z.string() })).min(1) }),
  });
  const { savedAccountId } = await client.call({
    method: 'POST',
    path: '/v1/saved-accounts',
    body: { agencyId: items[0]?.agencyId, inputs: { accountNumber } },
    schema: z.object({ savedAccountId: z.string() }),
  });
  return savedAccountId;
}

async function issueBill(client: ApiClient, accountNumber: string): Promise<string> {
  await client.call({ method: 'POST', path: '/v1/demo/bills', body: { accountNumber } });
  return accountNumber;
}

async function queryBills(client: ApiClient, savedAccountId: string): Promise<BillQuery> {
  const query = await client.call({
    method: 'POST',
    path: '/v1/bill-queries',
    body: { savedAccountId },
    schema: billQuery,
  });
  if (query.outcome !== 'due') throw new Error(`the query came out as ${query.outcome}`);
  return query;
}

async function orderPayment(client: ApiClient, query: BillQuery): Promise<Payment> {
  const { items } = await client.call({
    path: '/v1/channels',
    schema: z.object({ items: z.array(z.object({ channelId: z.string() })).min(1) }),
  });
  const bills = query.bills.filter((bill) => bill.inFlightPaymentId === null);
  if (bills.length === 0) throw new Error('every bill of this account has a payment under way');
  return client.call({
    method: 'POST',
    path: '/v1/payments',
    body: {
      queryId: query.queryId,
      billIds: bills.map((bill) => bill.billId),
      amount: {
        amountMinor: bills.reduce((sum, bill) => sum + bill.amountDue.amountMinor, 0),
        currency: bills[0]?.amountDue.currency,
      },
      channelId: items[0]?.channelId,
    },
    isCommand: true,
    schema: payment,
  });
}

/** Asks until the payment is final, or as far as is wanted. */
async function untilPayment(
  client: ApiClient,
  paymentId: string,
  isFarEnough: (payment: Payment) => boolean,
): Promise<Payment> {
  const deadline = performance.now() + FINAL_TIMEOUT_MS;
  for (;;) {
    const now = await client.call({ path: `/v1/payments/${paymentId}`, schema: payment });
    if (now.final || isFarEnough(now)) return now;
    if (performance.now() > deadline) throw new Error(`the payment is still ${now.status}`);
    await sleep(POLL_MS);
  }
}

async function getReceipt(client: ApiClient, paymentId: string): Promise<z.output<typeof receipt>> {
  const proof = await client.call({ path: `/v1/payments/${paymentId}/receipt`, schema: receipt });
  const pdf = await client.download(`/v1/payments/${paymentId}/receipt.pdf`);
  if (pdf.subarray(0, 5).toString('latin1') !== '%PDF-') throw new Error('the receipt.pdf is no PDF');
  return proof;
}

/** As anybody who holds the paper: not signed in. */
async function verify(visitor: ApiClient, { receiptId, verificationCode, amount }: z.output<typeof receipt>) {
  const verified = await visitor.call({
    path: `/v1/receipts/${receiptId}/verification?code=${encodeURIComponent(verificationCode)}`,
    schema: z.object({ receiptId: z.literal(receiptId), amount: money }),
  });
  if (verified.amount.amountMinor !== amount.amountMinor) throw new Error('it verifies another amount');
  return verificationCode;
}

async function checkTrialBalance(client: ApiClient): Promise<string> {
  await signInAsFinance(client);
  const { balanced, currencies } = await client.call({ path: '/v1/ops/trial-balance', schema: trialBalance });
  const off = currencies.filter(({ differenceMinor }) => differenceMinor !== '0');
  if (!balanced || off.length > 0) {
    throw new Error(`it is off: ${off.map((row) => `${row.differenceMinor} ${row.currency}`).join(', ')}`);
  }
  return currencies.map((row) => row.currency).join(', ');
}

/** A one-time code is good once: when somebody has just used it, the next one comes within half a minute. */
async function signInAsFinance(client: ApiClient): Promise<void> {
  const deadline = performance.now() + CODE_TIMEOUT_MS;
  for (;;) {
    try {
      return await tryToSignInAsFinance(client);
    } catch (error) {
      if (!(error instanceof ApiError && error.code) || performance.now() > deadline) throw error;
      await sleep(5_000);
    }
  }
}

async function tryToSignInAsFinance(client: ApiClient): Promise<void> {
  const { staff } = await client.call({
    path: '/v1/demo/sign-ins',
    schema: z.object({
      staff: z.array(
        z.object({ email: z.string(), password: z.string(), totpCode: z.string(), role: z.string() }),
      ),
    }),
  });
  const person = staff.find(({ role }) => role === 'finance');
  if (!person) throw new Error('the demo has nobody in finance');
  const { challengeId } = await client.call({
    method: 'POST',
    path: '/v1/staff-sign-in/password',
    body: { email: person.email, password: person.password },
    schema: z.object({ challengeId: z.string() }),
  });
  await client.call({
    method: 'POST',
    path: '/v1/staff-sign-in/totp',
    body: { challengeId, code: person.totpCode },
    schema: signedIn,
  });
}

/** What an earlier step left: the steps run in order, and the first failure ends the walk. */
function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('an earlier step has not run');
  return value;
}
