import type { BillStore } from '../../src/contract/index.ts';

/** For what keeps no books: whoever asks is at fault. */
export function noBillStore(): BillStore {
  const keepsNoBooks = async () => {
    throw new Error('no books are kept here');
  };
  return {
    findBills: keepsNoBooks,
    post: keepsNoBooks,
    findPosting: keepsNoBooks,
    reverse: keepsNoBooks,
    refund: keepsNoBooks,
    advice: keepsNoBooks,
    importFile: keepsNoBooks,
  };
}
