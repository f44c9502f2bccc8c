import { z } from 'zod';
import type { Reason } from '../../contract/index.ts';
import type { CutOff } from '../../kernel/business-date.ts';
import { resolvingRulesSchema } from '../breaks/resolving.rules.ts';
import { matchingRulesSchema } from '../matching/rules.ts';
import { FORMATS } from '../statements/detect.ts';
import { layoutSchema } from '../statements/layout.types.ts';
import type { StatementBalance, StatementTotals } from '../statements/statement.types.ts';

/** How a source's files are read, matched and spoken of; finance sets it. All have defaults. */
export const sourceSettingsSchema = z.strictObject({
  /** What a file is read as, where it is not found out or the other side does not say it. */
  format: z.enum(FORMATS as [string, ...string[]]).optional(),
  /** A declared layout, instead of a format. */
  layout: layoutSchema.optional(),
  /** The account that the files are of; the one of the file before, where it is not set. */
  account: z.string().min(1).max(64).optional(),
  /** Their debits are what was collected: the file is written from the payer's side. */
  isMirrored: z.boolean().default(false),
  matching: matchingRulesSchema.prefault({}),
  resolving: resolvingRulesSchema.prefault({}),
  /** A file that has not come so long after the cut-off is late. */
  dueMinutesAfterCutOff: z.int().min(0).max(20_160).default(720),
  /** So close to the cut-off the other side may book a movement on the day beside. */
  nearCutOffMinutes: z.int().min(0).max(720).default(30),
  /** Which side's having more is called 长款; houses differ. */
  surplusSide: z.enum(['ours', 'theirs']).default('theirs'),
});
export type SourceSettings = z.output<typeof sourceSettingsSchema>;

/** A connection that gives a file of each business date; the file of an agency's connection may carry many agencies. */
export interface StatementSource {
  /** The connection's id. */
  sourceId: string;
  role: 'channel' | 'agency';
  currency: string;
  cutOff: CutOff;
  /** The first business date that is reconciled. */
  beganOn: string;
  settings: SourceSettings;
}

/** `ours`: what our books said when the sheet was made; `theirs`: their file. */
export type StatementSide = 'ours' | 'theirs';

/**
 * `loading`: its rows are being written, and none of them counts. `stopped`: a gate does not hold, and a person decides.
 * Of a side of a batch the accepted statement with the highest revision holds.
 */
export type StatementStatus = 'loading' | 'stopped' | 'accepted' | 'refused';

/** What has to hold before anything is matched. */
export const GATES = [
  'whole',
  'totals',
  'balance',
  'seenBefore',
  'sequence',
  'continuity',
  'date',
  'currency',
  'account',
] as const;
export type GateName = (typeof GATES)[number];

/** What a gate found. Holds no personal data: what a line says is in the row itself. */
export interface Finding {
  gate: GateName;
  /** `stop`: nothing is matched until a person lets the file in. */
  severity: 'stop' | 'warn';
  /** Stable; docs/statements.md lists them. */
  code: string;
  /** 1-based; 0 is the file as a whole. */
  line: number;
  detail: string;
  /** False for what no person can let in: it is not the whole file, or not readable. */
  isWaivable: boolean;
}

/** What a statement says of itself as a whole. */
export interface StatementContent {
  variant: string | null;
  encoding: string | null;
  balances: readonly StatementBalance[];
  totals: readonly StatementTotals[];
  /** Final rows by currency; positive is collected. */
  sums: readonly { currency: string; rowCount: number; amountMinor: number }[];
  /** Of what our books say: the agency that all payments of the sheet are for. Not there: there are several, or no rows. */
  onlyAgencyId?: string;
}

/** One side's word on a business date. Each revision stays as it is. */
export interface Statement {
  statementId: string;
  sourceId: string;
  side: StatementSide;
  businessDate: string;
  /** 1, 2, 3 … of each side of a batch. */
  revision: number;
  status: StatementStatus;
  fileName: string;
  /** Null for a sheet of ours, and where nothing happened and no file was made. */
  format: string | null;
  fileSha256: string;
  /** The same rows in the same order give the same. */
  rowsSha256: string;
  rowCount: number;
  /** The institution's own number of the file. */
  sequence: string | null;
  content: StatementContent;
  findings: readonly Finding[];
  /** Who uploaded it; null for what was fetched or made. */
  receivedBy: string | null;
  receivedAtMs: number;
  decidedBy: string | null;
  decidedAtMs: number | null;
  decisionReason: string | null;
}

/** What came of asking for a file, or of taking one in. */
export type IntakeResult =
  | { kind: 'accepted' | 'stopped' | 'seenBefore'; statement: Statement }
  /** The other side says that nothing happened: an accepted statement without rows. */
  | { kind: 'emptyDay'; statement: Statement }
  | { kind: 'notReady'; availableAtMs?: number }
  | { kind: 'unavailable'; reason: Reason };

/** A row as it came. */
export interface RawRow {
  /** 0-based place in its statement. */
  rowNo: number;
  /** Where it begins in its file. */
  line: number;
  raw: string;
  /** SHA-256 of `raw` as UTF-8, hex. */
  sha256: string;
}
