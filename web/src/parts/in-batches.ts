/**
 * Asks for what many want at once in few requests: keys that are asked for within one turn go together, at most `most` in one. A key
 * that `load` knows nothing of is null; when it fails, all that asked with it fail.
 */
export function inBatches<Value>(
  most: number,
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): (key: string) => Promise<Value | null> {
  let waiting: { keys: string[]; answer: Promise<ReadonlyMap<string, Value>> } | null = null;
  return async (key) => {
    if (!waiting || waiting.keys.length === most) {
      const keys: string[] = [];
      const answer = new Promise((resolve) => setTimeout(resolve)).then(() => {
        if (waiting?.keys === keys) waiting = null;
        return load(keys);
      });
      waiting = { keys, answer };
    }
    const { keys, answer } = waiting;
    if (!keys.includes(key)) keys.push(key);
    return (await answer).get(key) ?? null;
  };
}
