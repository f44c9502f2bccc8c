export { BATCH_COMMANDS, type BatchCommand, commandsFor } from './batches/batches.rules.ts';
export {
  BATCH_PHASES,
  BATCH_STATES,
  type Batch,
  type BatchKey,
  type BatchPhase,
  type DaySummary,
} from './batches/batches.types.ts';
export { type BatchFlow, type BatchFlowDeps, createBatchFlow } from './batches/create.ts';
export { datesOfAgency } from './batches/dates-of-agency.ts';
export type { BatchReport, StoredReport } from './batches/reports.types.ts';
export { AGE_BUCKETS } from './breaks/ageing.rules.ts';
export { agencyAdjustments } from './breaks/agency-adjustments.ts';
export {
  type AttachedEvidence,
  BREAK_STATES,
  MANUAL_KINDS,
  type ManualKind,
  type Resolution,
  WAITS_FOR,
} from './breaks/break.types.ts';
export type { BreakDetail, ListedBreak } from './breaks/break-views.ts';
export type { BreakFilter } from './breaks/breaks.repo.ts';
export { type BreaksModule, createBreaks } from './breaks/create.ts';
export type { BreakDigest } from './breaks/digest.ts';
export { MAX_EVIDENCE_BYTES } from './breaks/evidence-type.rules.ts';
export type { ResolutionPreview } from './breaks/preview.ts';
export { MAX_BREAKS_AT_ONCE } from './breaks/resolutions.service.ts';
export { SEVERITIES } from './breaks/severity.rules.ts';
export { StatementIntake } from './intake/intake.service.ts';
export type {
  Finding,
  GateName,
  IntakeResult,
  RawRow,
  Statement,
  StatementSource,
} from './intake/intake.types.ts';
export { GATES, sourceSettingsSchema } from './intake/intake.types.ts';
export { matchRowsOf } from './intake/match-rows.rules.ts';
export { StatementSources } from './intake/sources.service.ts';
export { matchSides } from './matching/match-sides.ts';
export {
  BREAK_CLASSES,
  type Break,
  type BreakClass,
  MATCH_RULES,
  type Match,
  type MatchResult,
  type MatchRow,
  type MatchRule,
  type SideProof,
} from './matching/matching.types.ts';
export { appendChunk, ChunkWriter, ROWS_PER_CHUNK } from './matching/row-chunks.ts';
export { RowTable } from './matching/row-table.ts';
export { matchingRulesSchema } from './matching/rules.ts';
export { TextPool } from './matching/text-pool.ts';
export { reconciledItems } from './runs/reconciled-items.ts';
export { ReconciliationRuns } from './runs/runs.service.ts';
export { DIFFERENCE_KINDS, type RunSummary, type WhyAnswer } from './runs/runs.types.ts';
export { suspenseThatDiffers, verifyRun } from './runs/verify.ts';
export { Explanations } from './runs/why.service.ts';
export { FORMATS } from './statements/detect.ts';
export { type Layout, layoutSchema } from './statements/layout.types.ts';
export { readStatement } from './statements/read-statement.ts';
export type {
  StatementBalance,
  StatementRow,
  StatementSummary,
  StatementTotals,
} from './statements/statement.types.ts';
