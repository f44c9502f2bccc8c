export { FORMATS } from './statements/detect.ts';
export { type Layout, layoutSchema } from './statements/layout.types.ts';
export { readStatement } from './statements/read-statement.ts';
export type {
  StatementBalance,
  StatementRow,
  StatementSummary,
  StatementTotals,
} from './statements/statement.types.ts';
