import { readOds } from './ods.ts';
import type { ReadingReport } from './reading.types.ts';
import type { SheetSink } from './spreadsheet.types.ts';
import type { ContainerKind } from './unpack.ts';
import { readXls } from './xls.ts';
import { readXlsx } from './xlsx.ts';

export type SpreadsheetKind = Extract<ContainerKind, 'xlsx' | 'xls' | 'ods'>;

const READERS = { xlsx: readXlsx, xls: readXls, ods: readOds };

export function isSpreadsheet(container: ContainerKind): container is SpreadsheetKind {
  return container in READERS;
}

/** Reads the rows of a workbook in bounded memory; `afterChunk` is called between them. Throws `UnreadableFile`. */
export async function readSpreadsheet(
  path: string,
  kind: SpreadsheetKind,
  out: ReadingReport,
  sink: SheetSink,
  afterChunk: () => Promise<void>,
): Promise<void> {
  await READERS[kind](path, out, sink, afterChunk);
}
