import { MessageChannel } from 'node:worker_threads';

/** What is moved to a port that is closed is gone. Node has no other way before version 22 (`ArrayBuffer.prototype.transfer`). */
const { port1: nowhere } = new MessageChannel();
nowhere.close();

/**
 * Gives back the memory of bytes that nobody looks at any more; they are empty from then on. Left to V8, some 60 MiB of such lie around in
 * each thread before it looks for them, and every new buffer is memory that no cache has. Bytes that are a part of something longer stay.
 */
export function releaseBytes(...all: readonly Uint8Array[]): void {
  for (const { buffer, byteLength } of all)
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength)
      nowhere.postMessage(null, [buffer]);
}
