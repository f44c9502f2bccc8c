import { strToU8, zipSync } from 'fflate';

/** A value of a cell: numbers are decimal texts, which stay numbers in a spreadsheet. */
export type Cell = string | { decimal: string };

/** What spreadsheets take for a formula, or for the way into one (OWASP, CSV injection). */
const FORMULA_START = /^[=+\-@\t\r\n|%]/;

/** CSV as RFC 4180 says, in UTF-8 with a mark, so that every spreadsheet reads it; no text in it becomes a formula. */
export function csvFile(rows: readonly (readonly Cell[])[]): Buffer {
  const text = rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
  return Buffer.from(`\uFEFF${text}`);
}

function csvCell(cell: Cell): string {
  if (typeof cell !== 'string') return cell.decimal;
  const harmless = FORMULA_START.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** A workbook of one sheet (ECMA-376). Texts are texts, whatever they begin with. */
export function xlsxFile(sheetName: string, rows: readonly (readonly Cell[])[]): Buffer {
  const sheet = rows
    .map(
      (row, at) =>
        `<row r="${at + 1}">${row.map((cell, column) => xlsxCell(cell, column, at + 1)).join('')}</row>`,
    )
    .join('');
  const files = {
    '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="${RELATIONSHIPS}"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="${xmlText(sheetName)}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${RELATIONSHIPS}"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${MAIN}"><sheetData>${sheet}</sheetData></worksheet>`,
  };
  const parts = Object.entries(files).map(([name, xml]) => [name, strToU8(`${XML}${xml}`)] as const);
  // One time for all files: the same rows give the same bytes.
  return Buffer.from(zipSync(Object.fromEntries(parts), { mtime: new Date(1980, 0, 1) }));
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const RELATIONSHIPS = 'http://schemas.openxmlformats.org/package/2006/relationships';

function xlsxCell(cell: Cell, column: number, row: number): string {
  const place = `${columnName(column)}${row}`;
  if (typeof cell !== 'string') return `<c r="${place}"><v>${cell.decimal}</v></c>`;
  return `<c r="${place}" t="inlineStr"><is><t xml:space="preserve">${xmlText(cell)}</t></is></c>`;
}

/** `A`, …, `Z`, `AA`. */
function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}

function xmlText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no way to write them
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}
