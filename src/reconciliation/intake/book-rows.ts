import type { Movement } from '../../billing/index.ts';
import type { RowTable } from '../matching/row-table.ts';
import { ROWS_PER_CHUNK } from '../matching/row-values.ts';

/** A movement, or a surplus that was given back: of that the payment beside it tells the agency. */
export type SheetMovement = Omit<Movement, 'agencyId'> & { agencyId: string | null };

/** “BOOK”, little endian. */
const MAGIC = 0x4b4f4f42;
const VERSION = 1;
/** Words of 32 bits: magic, version, rows, bytes of the rest. An even number, so that what follows lies at multiples of 8 bytes. */
const HEADER_WORDS = 4;
/** Bytes a row: two float64, an uint16, a byte. */
const ROW_BYTES = 8 + 8 + 2 + 1;

/** Written in files of the database: the place of a kind stays. */
const KINDS: readonly Movement['kind'][] = ['debit', 'posting', 'refund', 'undoing'];

/** What columns have no room for: JSON behind them. */
interface Rest {
  agencies: (string | null)[];
  /** The payments of those rows whose reference is another: row and id. */
  paymentIds: [number, string][];
}

/**
 * Gathers what our books say of movements beyond what is matched, column by column: times and the agency’s shares as float64, which
 * agency as uint16, kinds a byte each, and a little JSON. A day has millions of them; as a text each would cost more than all else.
 */
export class BookRowsWriter {
  private rowCount = 0;
  private readonly atMs = new Float64Array(ROWS_PER_CHUNK);
  private readonly agencyMinor = new Float64Array(ROWS_PER_CHUNK);
  private readonly agency = new Uint16Array(ROWS_PER_CHUNK);
  private readonly kind = new Uint8Array(ROWS_PER_CHUNK);
  private rest: Rest = { agencies: [], paymentIds: [] };
  private readonly agencyPlaces = new Map<string | null, number>();

  add(_line: number, movement: SheetMovement): void {
    const at = this.rowCount++;
    const { paymentId, reference, kind } = movement;
    this.atMs[at] = movement.atMs;
    this.agencyMinor[at] = movement.agencyMinor;
    this.agency[at] = this.placeOf(movement.agencyId);
    this.kind[at] = KINDS.indexOf(kind);
    if (paymentId !== reference) this.rest.paymentIds.push([at, paymentId]);
  }

  /** The rows since the last call. */
  take(): Buffer {
    const { rowCount } = this;
    const rest = Buffer.from(JSON.stringify(this.rest));
    const head = Int32Array.of(MAGIC, VERSION, rowCount, rest.length);
    const columns = [this.atMs, this.agencyMinor, this.agency, this.kind].map((column) =>
      column.subarray(0, rowCount),
    );
    const bytes = [head, ...columns].map(
      ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
    );
    this.rowCount = 0;
    this.rest = { agencies: [], paymentIds: [] };
    this.agencyPlaces.clear();
    return Buffer.concat([...bytes, rest]);
  }

  private placeOf(agencyId: string | null): number {
    const known = this.agencyPlaces.get(agencyId);
    if (known !== undefined) return known;
    const place = this.rest.agencies.push(agencyId) - 1;
    this.agencyPlaces.set(agencyId, place);
    return place;
  }
}

/** Whether a piece was made by `BookRowsWriter`. */
export function isBookRows(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && wordsOf(bytes, 1)[0] === MAGIC;
}

/**
 * The rows of a piece, each as JSON of what our books say of a movement; `table` has what is matched of the same rows. `agencyMinor` is
 * what the agency's account was credited, `feeMinor` what was kept back of the amount. Throws RangeError when the bytes are no whole piece.
 */
export function readBookRows(bytes: Uint8Array, table: RowTable): (row: number) => string {
  refuseUnless(bytes.length >= HEADER_WORDS * 4);
  const [magic, version, count = 0, restBytes = 0] = wordsOf(bytes, HEADER_WORDS);
  refuseUnless(magic === MAGIC && version === VERSION && count === table.count && restBytes >= 0);
  refuseUnless(bytes.length === HEADER_WORDS * 4 + count * ROW_BYTES + restBytes);
  const start = bytes.byteOffset + HEADER_WORDS * 4;
  const body = bytes.buffer.slice(start, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const atMs = new Float64Array(body, 0, count);
  const agencyMinor = new Float64Array(body, count * 8, count);
  const agency = new Uint16Array(body, count * 16, count);
  const kind = new Uint8Array(body, count * 18, count);
  const { agencies, paymentIds } = restOf(Buffer.from(body, count * ROW_BYTES));
  const payments = new Map(paymentIds);
  return (row) => {
    const { ref, channelRef, amountMinor, currency, status } = table.rowAt(row);
    return textOf({
      kind: KINDS[kind[row] ?? 0] ?? 'debit',
      paymentId: payments.get(row) ?? ref ?? '',
      agencyId: agencies[agency[row] ?? 0] ?? null,
      reference: ref ?? '',
      theirReference: channelRef,
      amountMinor: amountMinor ?? 0,
      currency,
      agencyMinor: agencyMinor[row] ?? 0,
      status,
      atMs: atMs[row] ?? 0,
    });
  };
}

/** Holds no personal data. */
function textOf(movement: SheetMovement): string {
  const { kind, paymentId, agencyId, reference, theirReference, amountMinor, currency } = movement;
  const { agencyMinor, status, atMs } = movement;
  const isIn = kind === 'debit' || kind === 'posting';
  const isAtAgency = kind === 'posting' || kind === 'undoing';
  const feeMinor = Math.max(0, Math.abs(amountMinor) - Math.abs(agencyMinor));
  return JSON.stringify({
    ...{ paymentId, agencyId, kind: isIn ? 'payment' : 'refund', reference, theirReference },
    ...{ amountMinor, currency, status, atMs },
    ...(isAtAgency && { agencyMinor, feeMinor }),
  });
}

function restOf(bytes: Buffer): Rest {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new RangeError('these bytes are no whole piece of our books');
  }
}

const wordsOf = (bytes: Uint8Array, count: number): Int32Array =>
  new Int32Array(new Uint8Array(bytes.subarray(0, count * 4)).buffer);

function refuseUnless(isAsItShould: boolean): void {
  if (!isAsItShould) throw new RangeError('these bytes are no whole piece of our books');
}
