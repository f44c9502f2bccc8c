export { type BillFilePreview, type BillFiles, createBillFiles } from './bill-files.service.ts';
export type { BillRevision } from './bill-files.types.ts';
export { createBillStore } from './bill-store.ts';
export { LINE_PROBLEMS } from './line-problems.ts';
export type { LineProblem } from './lines.rules.ts';
export { importReport, problemText } from './report.ts';
export { type BillFileSetupInput, billFileSetupSchema } from './setup.ts';
