import type { ResolutionAccount } from '../../ledger/index.ts';
import type { Fence } from '../batches/fence.ts';
import type { ManualKind, ResolveSummary } from './break.types.ts';
import { BreakViews } from './break-views.ts';
import type { BreaksDeps } from './breaks.context.ts';
import { Breaks } from './breaks.service.ts';
import { type BreakDigest, digestOf } from './digest.ts';
import { previewResolution, type ResolutionPreview, resolutionDetail } from './preview.ts';
import { Resolutions } from './resolutions.service.ts';
import { resolveRun } from './resolve-run.ts';

/** Everything about the life of breaks after they were found. */
export interface BreaksModule {
  views: BreakViews;
  /** What would come of resolving breaks in a way. */
  preview(
    breakIds: readonly string[],
    kind: ManualKind,
    account: ResolutionAccount | null,
  ): Promise<ResolutionPreview>;
  /** What a resolution is about, and what it books. */
  resolution(resolutionId: string): ReturnType<typeof resolutionDetail>;
  breaks: Breaks;
  resolutions: Resolutions;
  /** What may be resolved of a source's open breaks without a person; to be called after a run. */
  resolveRun(fence: Fence, runId: string): Promise<ResolveSummary>;
  /** How things stand now, for the morning. */
  digest(): Promise<BreakDigest>;
}

export function createBreaks(deps: BreaksDeps): BreaksModule {
  return {
    views: new BreakViews(deps),
    preview: (breakIds, kind, account) => previewResolution(deps, breakIds, kind, account),
    resolution: (resolutionId) => resolutionDetail(deps, resolutionId),
    breaks: new Breaks(deps),
    resolutions: new Resolutions(deps),
    resolveRun: (fence, runId) => resolveRun(deps, fence, runId),
    digest: () => digestOf(deps.db, deps.clock.nowMs()),
  };
}
