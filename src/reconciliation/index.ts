export type { PhaseWork } from './batches/batch-steps.ts';
export { BATCH_COMMANDS, type BatchCommand, commandsFor } from './batches/batches.rules.ts';
export type { Batches } from './batches/batches.service.ts';
export {
  BATCH_PHASES,
  BATCH_STATES,
  type Batch,
  type BatchKey,
  type BatchPhase,
  type BatchProblem,
  type BatchProgress,
  type DaySummary,
} from './batches/batches.types.ts';
export { type BatchFlow, type BatchFlowDeps, createBatchFlow } from './batches/create.ts';
export type { BatchReport, DayReport, StoredReport } from './batches/reports.types.ts';
export { StatementIntake } from './intake/intake.service.ts';
export type {
  Finding,
  GateName,
  IntakeResult,
  RawRow,
  SourceSettings,
  Statement,
  StatementContent,
  StatementSide,
  StatementSource,
  StatementStatus,
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
export { ReconciliationRuns, type RunsDeps } from './runs/runs.service.ts';
export type {
  ReconciledItem,
  RunDifference,
  RunProgress,
  RunSummary,
  WhyAnswer,
} from './runs/runs.types.ts';
export { suspenseThatDiffers, verifyRun } from './runs/verify.ts';
export { FORMATS } from './statements/detect.ts';
export { type Layout, layoutSchema } from './statements/layout.types.ts';
export { readStatement } from './statements/read-statement.ts';
export type {
  StatementBalance,
  StatementRow,
  StatementSummary,
  StatementTotals,
} from './statements/statement.types.ts';
