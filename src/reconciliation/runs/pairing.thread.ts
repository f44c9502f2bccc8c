import { createVault, type VaultKeys } from '../../infra/crypto/index.ts';
import type { SealedPiece } from '../intake/sealed-piece.ts';
import type { HeldPiece } from '../matching/held-pieces.ts';
import type { PairMemory } from '../matching/plain-pairs.ts';
import { PieceWork } from './piece-work.ts';

/** The second thread of one matching: it is given pieces, and loads no driver of databases. `begin` comes first. */
let work: PieceWork | null = null;

export function begin({
  keys,
  memory,
  currency,
}: {
  keys: VaultKeys;
  memory: PairMemory;
  currency: string;
}): void {
  work = new PieceWork(createVault(keys), memory, currency);
}

export const hold = (piece: SealedPiece) => begun().hold(piece);

export const index = ({ held, part }: { held: readonly HeldPiece[]; part: number }) =>
  begun().index(held, part);

export const pair = (piece: SealedPiece) => begun().pair(piece);

export const leave = ({ piece, rows }: { piece: SealedPiece; rows: readonly number[] }) =>
  begun().leave(piece, rows);

function begun(): PieceWork {
  if (!work) throw new Error('no matching has begun in this thread');
  return work;
}
