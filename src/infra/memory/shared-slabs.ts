/**
 * glibc gives memory back to the system as soon as it is let go of if it was asked for more than 32 MiB at once; of what it gave in
 * pieces, little ever returns. What is not written to takes no memory.
 */
const SLAB_BYTES = 48 * 1024 ** 2;
/** So that numbers of any kind may begin where bytes do. */
const ALIGNMENT = 8;

/** Hands out memory that threads share, zeroed, to be let go of all together. */
export class SharedSlabs {
  private slab = new SharedArrayBuffer(0);
  private used = 0;

  take(byteLength: number): Uint8Array {
    if (this.used + byteLength > this.slab.byteLength) {
      this.slab = new SharedArrayBuffer(Math.max(SLAB_BYTES, byteLength));
      this.used = 0;
    }
    const bytes = new Uint8Array(this.slab, this.used, byteLength);
    this.used += Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT;
    return bytes;
  }
}
