import type { AgencyListing, LocalText, Manifest } from '../contract/index.ts';
import type { FieldProblem } from '../kernel/errors.ts';
import type { Agency } from './agencies.types.ts';
import type { Difference } from './onboarding/onboarding.types.ts';

/** What a connection that carries many agencies listed at a moment. */
export interface CatalogueRevision {
  connectionId: string;
  revisionId: string;
  contentHash: string;
  /** In the order of the connection's codes. */
  listings: readonly AgencyListing[];
  fetchedAtMs: number;
}

/** An agency as it was taken over from a connection, whatever became of it. */
export interface CarriedAgency {
  agencyId: string;
  manifest: Manifest;
  status: Agency['status'] | 'scheduled';
}

/** One difference between what a connection lists and what of it is live. Nothing of it holds before it is accepted. */
export interface CatalogueEntry {
  /** What the connection calls the agency. */
  agencyCode: string;
  /** What we call it, or will. */
  agencyId: string;
  names: LocalText;
  change: 'added' | 'changed' | 'removed';
  /** Of the manifest that is live and the one that is proposed; empty unless `changed`. */
  differences: readonly Difference[];
  /** Why it can't be accepted: the listing makes no good manifest. Pointers are into it. */
  problems: readonly FieldProblem[];
  /** Null where something is removed, or can't be accepted. */
  proposed: Manifest | null;
}

/** A connection's newest list, compared with what is live. */
export interface Catalogue {
  connectionId: string;
  revisionId: string;
  fetchedAtMs: number;
  listedCount: number;
  /** By code. */
  entries: readonly CatalogueEntry[];
}

/** What accepting came to: ids of agencies. */
export interface Accepted {
  published: readonly string[];
  retired: readonly string[];
}
