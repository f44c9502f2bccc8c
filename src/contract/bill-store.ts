import type { QueryOutcome } from './bill.ts';
import type { StatementFetch, StatementRequest } from './context.ts';
import type { PostingOutcome, PostingRequest, UndoOutcome, UndoRequest } from './provider.ts';

/**
 * The books that civicpay keeps for agencies without a system of their own, filled by the files they send. A provider of such
 * agencies speaks to this where others speak to a server. It sees the agencies of its own connection only, `agencyCode`
 * being the agency's id, and never throws for what the database does: that is an outcome like any other.
 */
export interface BillStore {
  /** `inputs` are the resident's; those that the agency's files name an account by must be among them. */
  findBills(request: Pick<PostingRequest, 'agencyCode' | 'inputs'>): Promise<QueryOutcome>;
  /** Durable, and once per reference, however often it is called; a rejection is for good too. */
  post(request: PostingRequest): Promise<PostingOutcome>;
  findPosting(request: { reference: string }): Promise<PostingOutcome>;
  /** On the business date of the posting only. Once per reference. */
  reverse(request: UndoRequest): Promise<UndoOutcome>;
  /** On any date. Once per reference. */
  refund(request: UndoRequest): Promise<UndoOutcome>;
  /** What was posted and undone on a business date; of one agency, or of all that the connection carries. */
  advice(request: StatementRequest & { agencyCode?: string; format: AdviceFormat }): Promise<StatementFetch>;
  /** Reads a file of bills on this machine into the agency's books, as the agency has set it up. */
  importFile(request: BillFileRequest): Promise<BillFileOutcome>;
}

export type AdviceFormat = 'csv' | 'xlsx';

export interface BillFileRequest {
  agencyCode: string;
  /** Where it lies. */
  path: string;
  /** As the agency called it. */
  fileName: string;
}

/** What became of a file, and what the agency is to be told of it: text for people, in Chinese and English. */
export type BillFileOutcome =
  | { kind: 'imported' | 'alreadyImported' | 'refused'; revisionId: string; report: string }
  /** Nothing has changed: to be tried again later. */
  | { kind: 'unavailable' };
