/**
 * Loaded before a server or a worker (`node --import`): lets the harness name the very moment at which the process is to
 * be killed. It watches the drivers and undici from outside, so the product has no line about it.
 *
 * Points are `before|during|after commit of <statement> <table>` and `before|during|after call <path>`. `during` is the
 * time between sending and being answered, when only the other side knows whether it has happened.
 */
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** What `CIVICPAY_CRASH_REPORT` names is written when the point is reached: the last thing this process does. */
const reportFile = process.env.CIVICPAY_CRASH_REPORT;

/** `{point, left}`: die at the `left`-th time from now; the point `*` is any. */
let armed = null;
process.on('message', (message) => {
  if (message?.crashAt) armed = message.crashAt;
});
// Listening for orders must not keep a process alive that has nothing else to do.
process.channel?.unref();

function reach(point) {
  if (armed === null || (armed.point !== '*' && armed.point !== point)) return;
  if (--armed.left > 0) return;
  writeFileSync(reportFile, point);
  process.kill(process.pid, 'SIGKILL');
}

/** Connections in a transaction, with what it writes: the payments if it writes those, else what it wrote first. */
const transactions = new WeakMap();

/** What is durable when this statement has succeeded, or null. */
function commitBy(connection, sql) {
  const [, verb, table] = /^\s*(insert|update|delete)\s(?:ignore |into |from )*[`"]?(\w+)/i.exec(sql) ?? [];
  const open = transactions.get(connection);
  if (verb !== undefined) {
    const written = `${verb.toLowerCase()} ${table}`;
    if (!open) return written;
    if (open.written === null || table === 'payments') open.written = written;
  } else if (/^\s*(begin|start transaction)\b/i.test(sql)) {
    transactions.set(connection, { written: null });
  } else if (/^\s*(commit|rollback)\b/i.test(sql)) {
    transactions.delete(connection);
    if (/^\s*commit\b/i.test(sql)) return open?.written ?? null;
  }
  return null;
}

function watchStatements(prototype, isOurs) {
  const { query } = prototype;
  prototype.query = function (...args) {
    const sql = typeof args[0] === 'string' ? args[0] : (args[0]?.sql ?? args[0]?.text ?? '');
    const committed = isOurs(this) ? commitBy(this, sql) : null;
    if (committed === null) return query.apply(this, args);
    const point = `commit of ${committed}`;
    reach(`before ${point}`);
    const answered = args.at(-1);
    if (typeof answered === 'function') {
      args[args.length - 1] = (error, ...rest) => {
        if (!error) reach(`after ${point}`);
        return answered(error, ...rest);
      };
    }
    const result = query.apply(this, args);
    setImmediate(() => reach(`during ${point}`));
    return result;
  };
}

watchStatements(require('mysql2').Connection.prototype, () => true);
// BullMQ has connections of its own to PostgreSQL: its jobs are only nudges.
watchStatements(
  require('pg').Client.prototype,
  (client) => client.connectionParameters.application_name === 'civicpay',
);
subscribe('undici:request:create', ({ request }) => reach(`before call ${request.path}`));
subscribe('undici:request:bodySent', ({ request }) =>
  setImmediate(() => reach(`during call ${request.path}`)),
);
subscribe('undici:request:trailers', ({ request }) => reach(`after call ${request.path}`));
