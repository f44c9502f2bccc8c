import type { Vault } from '../../infra/crypto/index.ts';

/** Rows of a statement as they are kept. */
export interface SealedPiece {
  statementId: string;
  chunkNo: number;
  sealed: Uint8Array;
}

/** A piece opens in its own place only. */
export const contextOf = (column: 'rows' | 'raw', statementId: string, chunkNo: number) =>
  `statement_chunks.sealed_${column}/${statementId}/${chunkNo}`;

/** The rows, as `readChunk` reads them. */
export function openPiece(vault: Vault, { statementId, chunkNo, sealed }: SealedPiece): Buffer {
  return vault.openBytes(sealed, contextOf('rows', statementId, chunkNo));
}
