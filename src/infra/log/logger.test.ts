import fc from 'fast-check';
import { continueTrace, createLogger, runInTrace } from './index.ts';

function capture() {
  const lines: string[] = [];
  const log = createLogger({
    level: 'debug',
    service: 'test',
    destination: { write: (line) => lines.push(line) },
  });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
const phone = fc
  .tuple(fc.constantFrom('13', '15', '18', '19'), digits(9))
  .map(([start, rest]) => start + rest);
const accountNumber = fc.integer({ min: 7, max: 19 }).chain((length) => digits(length));
const grouped = phone.map((text) => `+86 ${text.slice(0, 3)}-${text.slice(3, 7)}-${text.slice(7)}`);
const personName = fc.constantFrom('张伟', '欧阳娜娜', '广州市天河区体育西路 1 号');
const mail = phone.map((text) => `user${text.slice(0, 3)}@example.cn`);
const somebodys = fc.oneof(phone, accountNumber, grouped, personName, mail);
const around = fc.constantFrom(
  ' ',
  '"',
  "'",
  '(',
  ')',
  ',',
  '=',
  ': ',
  '\n',
  '[',
  ']',
  ';',
  '/',
  ' is ',
  '，',
);

describe('the log', () => {
  it('never holds a phone, an account number, a name or a mail address, wherever they are put', () => {
    const { log, lines } = capture();
    fc.assert(
      fc.property(
        somebodys,
        around,
        around,
        fc.constantFrom('note', 'what', 'detail'),
        (secret, a, b, name) => {
          const text = `before${a}${secret}${b}after`;
          log.info(text, { [name]: text, list: [text], nested: { [name]: text } });
          log.error('failed', { error: new Error(text, { cause: new TypeError(text) }) });
          for (const line of lines.splice(0)) {
            expect(JSON.parse(line)).toBeDefined();
            expect(line).not.toContain(secret);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('hides what its name says, whatever it looks like', () => {
    const { log, last } = capture();
    log.info('x', {
      phone: 'abc',
      sessionToken: 'abc',
      inputs: { consNo: 'abc' },
      password: 'abc',
      accountNumber: 1,
    });
    expect(JSON.stringify(last())).not.toContain('abc');
    expect(last().accountNumber).toBe('[hidden]');
  });

  it('keeps what is technical', () => {
    const { log, last } = capture();
    const fields = {
      paymentId: 'pay_01jd3v9q2k0a12345678901234',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      durationMs: 12,
      amountMinor: 123456789,
      businessDate: '2026-11-21',
      at: '2026-11-21T08:00:00.000Z',
      version: '10.6.18-MariaDB',
      url: 'http://127.0.0.1:8080/v1/payments',
      done: true,
    };
    log.info('kept', fields);
    expect(last()).toMatchObject({ ...fields, msg: 'kept', service: 'test', level: 'info' });
  });

  it('writes an error as type, code and places, without statement, values and connection strings', () => {
    const { log, last } = capture();
    const error = Object.assign(new Error("Duplicate entry 'zhang' for key 'phone', Key (name)=(zhang)"), {
      code: 'ER_DUP_ENTRY',
      sql: 'insert zhang',
      parameters: ['zhang'],
    });
    log.error('failed', {
      error,
      target: 'postgres://someone:secret@db.example:5432/civicpay?password=secret',
    });
    const line = JSON.stringify(last());
    expect(line).not.toMatch(/zhang|secret/);
    expect(last().error).toMatchObject({ type: 'Error', code: 'ER_DUP_ENTRY' });
    expect((last().error as { at: string[] }).at[0]).toContain('logger.test');
  });

  it('carries the trace id of the work under way', () => {
    const { log, last } = capture();
    const trace = continueTrace();
    runInTrace(trace, () => log.info('inside'));
    expect(last().traceId).toBe(trace.traceId);
    log.info('outside');
    expect(last().traceId).toBeUndefined();
  });

  it('bounds what one line can hold', () => {
    const { log, lines } = capture();
    const deep: Record<string, unknown> = {};
    deep.self = deep;
    log.info('x'.repeat(10_000), {
      deep,
      many: Array.from({ length: 1000 }, (_, i) => i),
      bytes: Buffer.alloc(99),
    });
    expect(lines[0]?.length).toBeLessThan(2_000);
  });
});
