import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type HttpClient, manifestSchema } from '../../../src/contract/index.ts';
import { type ClosableHttpClient, createHttpClient } from '../../../src/infra/outbound-http/index.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import {
  newOpenAgencyKeys,
  type OpenAgency,
  type SourceChange,
  startOpenAgency,
} from '../../../test/support/open-agency.ts';
import { settingsSchema } from '../client.ts';
import { type CheckResult, testAccountsSchema } from './conformance.types.ts';
import { checkText, summaryText } from './print.ts';
import { manifestHashOf, signReport, verifyReport } from './report.ts';
import { runCheck, runConformance } from './run.ts';

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, file), 'utf8'));
}

const data = readJson('../../../sandbox/reference-agency/data.json') as object;
const testAccounts = readJson('../../../sandbox/reference-agency/test-accounts.json') as Record<
  string,
  unknown
>;
const manifestOf = (name: string) => manifestSchema.parse(readJson(`../manifests/${name}.json`));

let http: ClosableHttpClient;
beforeAll(() => {
  http = createHttpClient({ allowPrivateAddresses: true });
});
afterAll(() => http.close());

function targetOf(agency: OpenAgency, name: string, client: HttpClient = http) {
  const manifest = manifestOf(name);
  return {
    manifest,
    settings: settingsSchema.parse({
      baseUrl: agency.url,
      signingKeys: [{ keyId: agency.ours.keyId, privateKey: agency.ours.privateKey }],
      agencyKeys: [{ keyId: agency.theirs.keyId, publicKey: agency.theirs.publicKey }],
      timeoutMs: 5_000,
    }),
    accounts: testAccountsSchema.parse(testAccounts[manifest.agencyCode ?? '']),
    http: client,
    clock: systemClock,
    restart: () => agency.restart(),
  };
}

const statusOf = (checks: readonly CheckResult[], status: CheckResult['status']) =>
  checks.filter((check) => check.status === status).map(({ id, got }) => (got ? `${id}: ${got}` : id));

describe('the conformance kit', () => {
  it.each([
    ['xian-heating', ['account-valid', 'plans-offered']],
    ['guangzhou-broadband', ['bill-due', 'plans-offered', 'nothing-due', 'bill-paid-once']],
    ['guangzhou-cable-tv', ['bill-due', 'account-valid', 'nothing-due', 'bill-paid-once']],
    [
      'guangzhou-traffic-fines',
      [
        'bill-due',
        'account-valid',
        'plans-offered',
        'nothing-due',
        'account-not-found',
        'fields-unknown',
        'bill-paid-once',
      ],
    ],
  ])('passes the reference agency as %s, and leaves nothing paid', async (name, skipped) => {
    const agency = await startOpenAgency(data);
    try {
      const heard: string[] = [];
      const report = await runConformance(targetOf(agency, name), ({ id }) => heard.push(id));
      expect(statusOf(report.checks, 'failed')).toEqual([]);
      expect(statusOf(report.checks, 'skipped')).toEqual(skipped);
      expect(report).toMatchObject({
        passed: true,
        agencyId: name,
        kitVersion: expect.stringMatching(/^\d/),
      });
      expect(report.manifestHash).toBe(manifestHashOf(manifestOf(name)));
      expect(heard).toEqual(report.checks.map(({ id }) => id));
      // What it paid it took back, so it passes again.
      const again = await runConformance(targetOf(agency, name));
      expect(statusOf(again.checks, 'failed')).toEqual([]);
    } finally {
      await agency.stop();
    }
  });

  it('says which test accounts it lacks', async () => {
    const agency = await startOpenAgency(data);
    try {
      const target = targetOf(agency, 'xian-heating');
      const { nothingDue: _, unknown: __, ...accounts } = target.accounts;
      const report = await runConformance({ ...target, accounts });
      expect(report.passed).toBe(false);
      expect(statusOf(report.checks, 'failed')).toEqual([
        expect.stringContaining('nothing-due: no test account is given under "nothingDue"'),
        expect.stringContaining('account-not-found: no inputs are given under "unknown"'),
      ]);
    } finally {
      await agency.stop();
    }
  });

  it('fails an endpoint that is not there, check by check', async () => {
    const agency = await startOpenAgency(data);
    const target = targetOf(agency, 'xian-heating');
    await agency.stop();
    const { restart: _, ...rest } = target;
    const report = await runConformance(rest);
    expect(report.passed).toBe(false);
    expect(statusOf(report.checks, 'passed')).toEqual([]);
  });
});

interface Planted {
  fault: string;
  check: string;
  changes: SourceChange[];
  manifest?: string;
  /** Where the check looks at what others did before. */
  isWholeRun?: boolean;
}

const server = (from: string, to: string): SourceChange => ({ file: 'server.mjs', from, to });
const billing = (from: string, to: string): SourceChange => ({ file: 'billing.mjs', from, to });
const books = (from: string, to: string): SourceChange => ({ file: 'books.mjs', from, to });
const signatures = (from: string, to: string): SourceChange => ({ file: 'signatures.mjs', from, to });

/** As it stands in books.mjs; in two halves, since it looks like a template. */
const WRITE = 'writeSync(file, `$' + '{JSON.stringify(entry)}\\n`)';

const PLANTED: Planted[] = [
  {
    fault: 'does not verify signatures',
    isWholeRun: true,
    check: 'signature-wrong',
    changes: [signatures("return 'signatureWrong';", '{}')],
  },
  {
    fault: 'does not look at the digest',
    check: 'body-changed',
    changes: [signatures("if (digest !== digestOf(body)) return 'digestWrong';", '')],
  },
  {
    fault: 'takes any key id for its only key',
    check: 'key-unknown',
    changes: [
      signatures("if (!Object.hasOwn(keys, keyId)) return 'keyUnknown';", ''),
      signatures('key(keys[keyId]', 'key(Object.values(keys)[0]'),
    ],
  },
  {
    fault: 'takes requests of any age',
    check: 'timestamp-old',
    changes: [
      signatures('Math.abs(nowSeconds - created) <= WINDOW_SECONDS && nowSeconds <= expires', 'true'),
    ],
  },
  {
    fault: 'takes requests from the future',
    check: 'timestamp-ahead',
    changes: [signatures('Math.abs(nowSeconds - created)', '(nowSeconds - created)')],
  },
  {
    fault: 'allows for no skew of clocks',
    check: 'clock-skew',
    changes: [signatures('const WINDOW_SECONDS = 300;', 'const WINDOW_SECONDS = 5;')],
  },
  {
    fault: 'has a clock that is an hour ahead',
    check: 'clock-right',
    changes: [
      signatures(
        'const created = Math.floor(Date.now() / 1000);',
        'const created = Math.floor(Date.now() / 1000) + 3600;',
      ),
    ],
  },
  {
    fault: 'signs no answers',
    check: 'answer-signed',
    changes: [signatures('signature: `civicpay=:', 'unsigned: `civicpay=:')],
  },
  {
    fault: 'signs answers that fit any request',
    check: 'answer-signed',
    changes: [signatures('requestHeaders.signature?.replace(', '`civicpay=:`?.replace(')],
  },
  {
    fault: 'says that nobody owes anything at an account that is not there',
    check: 'account-not-found',
    changes: [
      server("return { outcome: 'noSuchAccount' };", "return { outcome: 'nothingDue', holder: {} };"),
    ],
  },
  {
    fault: 'answers an empty list where nothing is due',
    check: 'nothing-due',
    changes: [server('bills.length > 0', 'true')],
  },
  {
    fault: 'states amounts with fractions',
    check: 'bill-due',
    changes: [
      server(
        "{ outcome: 'due', bills,",
        "{ outcome: 'due', bills: bills.map((b) => ({ ...b, amountDue: { ...b.amountDue, amountMinor: b.amountDue.amountMinor + 0.5 } })),",
      ),
    ],
  },
  {
    fault: 'states bills whose lines do not add up',
    check: 'bill-due',
    changes: [
      server(
        "{ outcome: 'due', bills,",
        "{ outcome: 'due', bills: bills.map((b) => ({ ...b, lines: [...b.lines, ...b.lines] })),",
      ),
    ],
  },
  {
    fault: 'shows whole names',
    check: 'bill-due',
    changes: [server('holder: account.holder', "holder: { maskedName: '赵小明' }")],
  },
  {
    fault: 'refuses what it does not know',
    check: 'fields-unknown',
    changes: [
      server(
        'const billing = openBilling',
        "if (ask.addedInALaterVersion) throw new Error('unknown member');\n    const billing = openBilling",
      ),
    ],
  },
  {
    fault: 'says that it is unavailable when it is closed',
    check: 'closed',
    changes: [
      server(
        "'notAttempted' : 'closedNow', 'outside_service_hours'",
        "'rejected' : 'unavailable', 'agency_down'",
      ),
    ],
  },
  {
    fault: 'says that it rejected what it has never seen',
    check: 'reference-unknown',
    changes: [server("no('notAttempted', 'reference_not_known')", "no('rejected', 'reference_not_known')")],
  },
  {
    fault: 'takes any amount',
    check: 'amount-wrong',
    changes: [billing("return 'amount_changed';", '{}')],
  },
  {
    fault: 'takes less than the least amount',
    check: 'amount-wrong',
    manifest: 'guangzhou-broadband',
    changes: [billing('amount.amountMinor >= minimumMinor', 'true')],
  },
  {
    fault: 'forgets its refusals',
    check: 'refusal-final',
    changes: [server('books.append({ ...entry, answer });', 'if (!why) books.append({ ...entry, answer });')],
  },
  {
    fault: 'posts another amount than was asked, and says so',
    check: 'payment-posted',
    changes: [
      server(
        'agencyReference: randomUUID(), amount };',
        'agencyReference: randomUUID(), amount: { ...amount, amountMinor: amount.amountMinor - 1 } };',
      ),
    ],
  },
  {
    fault: 'posts another amount than was asked, and says nothing',
    check: 'statement-complete',
    changes: [books('amount.amountMinor, amount.currency', 'amount.amountMinor - 1, amount.currency')],
  },
  {
    fault: 'leaves due what was paid',
    check: 'payment-posted',
    changes: [server('books.paid.has(billing.keyOf(billId))', 'false')],
  },
  {
    fault: 'posts again what comes again',
    check: 'duplicate-same',
    changes: [server('if (known) return', 'if (false) return'), billing("return 'bill_already_paid';", '{}')],
  },
  {
    fault: 'gives the first answer to another request under the same reference',
    check: 'duplicate-different',
    changes: [
      server("known.digest === entry.digest ? known.answer : { outcome: 'duplicate' }", 'known.answer'),
    ],
  },
  {
    fault: 'books twice what comes twice at once',
    check: 'duplicate-concurrent',
    changes: [
      server(
        'const answer = fault ?',
        'if (request.url === "/payments") await new Promise((r) => setTimeout(r, 5));\n    const known = fault ? null : books.entries.get(JSON.parse(body).reference);\n    await new Promise((r) => setTimeout(r, 5));\n    if (!known && !fault) books.entries.delete(JSON.parse(body).reference);\n    const answer = fault ?',
      ),
      billing("return 'bill_already_paid';", '{}'),
      books('const entries = new Map();', 'const entries = new Map(), all = [];'),
      books(
        'entries.set(entry.ask.reference, entry);',
        'entries.set(entry.ask.reference, entry); all.push(entry);',
      ),
      books('of entries.values())', 'of all)'),
    ],
  },
  {
    fault: 'lets a bill be paid twice',
    check: 'bill-paid-once',
    changes: [billing("return 'bill_already_paid';", '{}')],
  },
  {
    fault: 'never says what became of a payment',
    check: 'timeout-then-query',
    changes: [server('return earlier?.answer ??', "return (earlier && { outcome: 'pending' }) ??")],
  },
  {
    fault: 'keeps its books in memory only',
    check: 'durable',
    changes: [books(`${WRITE};`, '')],
  },
  {
    fault: 'answers before it has written',
    check: 'durable',
    changes: [books(`${WRITE};`, `setTimeout(() => ${WRITE}, 60_000).unref();`)],
  },
  {
    fault: 'accepts a reversal and does nothing',
    check: 'reversal',
    changes: [books('original ? paid.delete(key) : paid.add(key)', 'paid.add(key)')],
  },
  {
    fault: 'keeps what was reversed in the statement',
    check: 'reversal',
    changes: [books("[path, undoneBy].includes('/payments/reverse')", "path === '/payments/reverse'")],
  },
  {
    fault: 'reverses one payment twice',
    check: 'reversal',
    changes: [server(' && !earlier.undoneBy', '')],
  },
  {
    fault: 'reverses more than was paid',
    check: 'undoing-refused',
    changes: [server('isPosted && isSame &&', 'isPosted &&')],
  },
  {
    fault: 'leaves refunds out of the statement',
    check: 'refund',
    changes: [
      books(
        "answer.outcome !== 'accepted' || isReversed",
        "answer.outcome !== 'accepted' || isReversed || path !== '/payments'",
      ),
    ],
  },
  {
    fault: 'leaves one payment out of the statement',
    check: 'statement-complete',
    changes: [books('// The last line shows', 'rows.pop();\n    // The last line shows')],
  },
  {
    fault: 'puts what it refused into the statement',
    isWholeRun: true,
    check: 'statement-complete',
    changes: [books("answer.outcome !== 'accepted' || isReversed", 'isReversed')],
  },
  {
    fault: 'makes a statement that does not say where it ends',
    check: 'statement-complete',
    changes: [books('...rows, `end,', '...rows, `fin,')],
  },
  {
    fault: 'has a statement for days without payments that is none',
    check: 'statement-empty',
    changes: [server("?? { outcome: 'emptyDay' }", "?? { outcome: 'notReady' }")],
  },
];

describe('an agency with a planted fault', () => {
  it('comes in at least fifteen kinds', () => {
    expect(new Set(PLANTED.map(({ fault }) => fault)).size).toBeGreaterThanOrEqual(15);
  });

  it.each(PLANTED)(
    'that $fault fails at $check',
    async ({ check, changes, manifest = 'xian-heating', isWholeRun }) => {
      const agency = await startOpenAgency(data, changes);
      try {
        const target = targetOf(agency, manifest);
        if (!isWholeRun) {
          expect(await runCheck(target, check)).toMatchObject({ id: check, status: 'failed' });
          return;
        }
        const report = await runConformance(target);
        expect(report.passed).toBe(false);
        expect(statusOf(report.checks, 'failed').map((text) => text.split(':')[0])).toContain(check);
      } finally {
        await agency.stop();
      }
    },
  );
});

describe('a report', () => {
  const report = {
    kitVersion: '1.0.0',
    agencyId: 'some-agency',
    manifestHash: 'a'.repeat(64),
    madeAt: '2026-11-21T12:00:00.000Z',
    passed: true,
    checks: [],
  };

  it('holds as it was signed, whatever the order of its members, and not when it was changed', () => {
    const keys = newOpenAgencyKeys('kit-1');
    const signed = signReport(report, keys);
    expect(signed.keyId).toBe('kit-1');
    const reordered = Object.fromEntries(Object.entries(report).reverse()) as unknown as typeof report;
    expect(verifyReport({ ...signed, report: reordered }, keys.publicKey)).toBe(true);
    expect(verifyReport({ ...signed, report: { ...report, passed: false } }, keys.publicKey)).toBe(false);
    expect(verifyReport(signed, newOpenAgencyKeys('kit-1').publicKey)).toBe(false);
  });

  it('reads well in both languages', () => {
    const texts = (zh: string, en: string) => ({ 'zh-CN': zh, en });
    const check: CheckResult = {
      id: 'nothing-due',
      status: 'failed',
      title: texts('无欠费', 'Nothing due'),
      expected: texts('返回 nothingDue', 'nothingDue'),
      got: 'due',
      advice: texts('看协议', 'See the protocol'),
    };
    expect(checkText(check, 'en')).toBe(
      '✗ Nothing due [nothing-due]\n    expected: nothingDue\n    got: due\n    what to do: See the protocol',
    );
    expect(checkText({ ...check, status: 'passed' }, 'zh-CN')).toBe('✓ 无欠费 [nothing-due]');
    expect(checkText({ ...check, status: 'skipped' }, 'zh-CN')).toBe('– 无欠费 [nothing-due] 不适用');
    expect(summaryText({ ...report, checks: [check], passed: false }, 'zh-CN')).toMatch(/^未通过: 0 ✓, 1 ✗/);
  });
});
