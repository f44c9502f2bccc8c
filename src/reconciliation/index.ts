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
export { StatementIntake } from './intake/intake.service.ts';
export { sourceSettingsSchema } from './intake/intake.types.ts';
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
export { FORMATS } from './statements/detect.ts';
export { type Layout, layoutSchema } from './statements/layout.types.ts';
export { readStatement } from './statements/read-statement.ts';
export type {
  StatementBalance,
  StatementRow,
  StatementSummary,
  StatementTotals,
} from './statements/statement.types.ts';
