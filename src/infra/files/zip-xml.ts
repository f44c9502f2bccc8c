import type { Entry, ZipFile } from 'yauzl';
import { decoderOf } from './text.ts';
import { type XmlNode, XmlTreeReader } from './xml-tree.ts';
import { readZipEntry } from './zip.ts';

/** Walks the XML of one file of a workbook; `afterChunk` is called between its pieces. Throws `UnreadableFile`. */
export async function readXmlEntry(
  zip: ZipFile,
  entry: Entry,
  rootName: string,
  root: XmlNode,
  { afterChunk, isMixed }: { afterChunk?: () => Promise<void>; isMixed?: boolean } = {},
): Promise<void> {
  const decoder = decoderOf('utf-8');
  const xml = new XmlTreeReader(rootName, root, { isMixed });
  for await (const bytes of readZipEntry(zip, entry)) {
    xml.write(decoder.decode(bytes, { stream: true }));
    await afterChunk?.();
  }
  xml.end();
}
