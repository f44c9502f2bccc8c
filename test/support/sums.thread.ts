import { moved } from '../../src/infra/threads/index.ts';

/** What threads.test.ts runs in threads. */

export function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

export function bytesOf(bytes: Uint8Array): number {
  return bytes.length;
}

export async function slowly(ms: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return ms;
}

export function fail(message: string): never {
  throw new RangeError(message);
}

export function die(code: number): void {
  process.exit(code);
}

export function spin(): never {
  for (;;);
}

let given = new Uint8Array();

export function give(length: number): Uint8Array {
  given = new Uint8Array(length).fill(length);
  return moved(given, [given.buffer]);
}

export function bytesLeft(): number {
  return given.length;
}
