import { type Answer, answerOf } from '../../infra/threads/index.ts';
import type { Fence } from '../batches/fence.ts';
import type { FileRead, FileReading } from './file-pieces.ts';
import type { SheetRead, SheetReading } from './sheet-pieces.ts';
import { type ThreadDeps, withOwnDeps } from './thread-deps.ts';

/** What a thread does for one statement, over connections of its own. It loads what it needs for that: all of it takes half a second. */

export function writeFile({
  deps,
  fence,
  reading,
}: {
  deps: ThreadDeps;
  fence: Fence;
  reading: FileReading;
}): Promise<Answer<FileRead>> {
  return answerOf(() =>
    withOwnDeps(deps, async (own) => {
      const { writeFileHere } = await import('./file-pieces.ts');
      return writeFileHere(own, fence, reading);
    }),
  );
}

export function writeSheet({
  deps,
  fence,
  reading,
}: {
  deps: ThreadDeps;
  fence: Fence | null;
  reading: SheetReading;
}): Promise<Answer<SheetRead>> {
  return answerOf(() =>
    withOwnDeps(deps, async (own) => {
      const { writeSheetHere } = await import('./sheet-pieces.ts');
      return writeSheetHere(own, fence, reading);
    }),
  );
}
