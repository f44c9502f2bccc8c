import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export type Pdf = PDFKit.PDFDocument;

interface NewPdf {
  /** Width and height in points of 1/72 inch. */
  size: readonly [number, number];
  margin: number;
  title: string;
  /** When it was made, as far as the document says: the same moment gives the same bytes. */
  createdAtMs: number;
}

/** Has every character that a name may be written with: one that is missing would come out as a box. */
const FONT = '@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf';
let font: Buffer | undefined;

/**
 * Begins a PDF in Chinese and English, whose text can be selected; `bytes` come once it has ended. Pages are broken by who
 * writes, not by pdfkit where a text happens to reach the edge.
 */
export async function beginPdf({ size, margin, title, createdAtMs }: NewPdf): Promise<{
  pdf: Pdf;
  bytes: Promise<Uint8Array>;
}> {
  // Loaded by who needs it: every command would begin half a second later.
  const { default: PDFDocument } = await import('pdfkit');
  font ??= readFileSync(createRequire(import.meta.url).resolve(FONT));
  const pdf = new PDFDocument({
    size: [...size],
    margins: { top: margin, left: margin, right: margin, bottom: 0 },
    lang: 'zh-CN',
    displayTitle: true,
    info: {
      Title: title,
      Creator: 'civicpay',
      // pdfkit would take the time of day, and make the file's id from it.
      CreationDate: new Date(createdAtMs),
    },
  });
  const bytes = collect(pdf);
  pdf.registerFont('text', font).font('text');
  return { pdf, bytes };
}

function collect(pdf: Pdf): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => resolve(Buffer.concat(chunks)));
    pdf.on('error', reject);
  });
}
